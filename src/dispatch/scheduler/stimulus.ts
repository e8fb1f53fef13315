import type { JobHandle, Observation, Preflight, Submission, Usage } from '../backend.ts';
import type { Failure } from '../job/words.ts';
import type { Outcome } from '../journal/outcome.ts';
import type { Order } from '../orders/order.ts';

/** Names one attempt. */
export interface AttemptRef {
  readonly jobId: string;
  readonly attempt: number;
  readonly owner: string;
}

/** What came in. `at` is the time then, milliseconds since 1970. */
export type Stimulus = { readonly at: number } & (
  | { readonly kind: 'tick' }
  | { readonly kind: 'preflight'; readonly result: Preflight }
  /** Finished runs of jobs not yet started. */
  | {
      readonly kind: 'found';
      readonly runs: readonly { readonly jobId: string; readonly outcome: Outcome }[];
    }
  /** The backend's answer to a `submit` command, in its order. */
  | {
      readonly kind: 'submitted';
      readonly answers: readonly { readonly attempt: AttemptRef; readonly answer: Submission }[];
    }
  /** The backend could not be asked, or it is not known whether it took the attempts. */
  | {
      readonly kind: 'submit_failed';
      readonly attempts: readonly AttemptRef[];
      readonly failure: Failure;
    }
  | {
      readonly kind: 'observed';
      readonly sightings: readonly {
        readonly handle: JobHandle;
        readonly observation: Observation;
        readonly usage: Usage | null;
      }[];
    }
  /** Runs that were asked of the backend's storage are here, or why not. */
  | {
      readonly kind: 'pulled';
      readonly answers: readonly { readonly jobId: string; readonly failure: Failure | null }[];
    }
  /** A person asks for something. */
  | { readonly kind: 'order'; readonly order: Order }
);

/** What to do; each ends as a stimulus. */
export type Command =
  | { readonly kind: 'preflight'; readonly jobIds: readonly string[] }
  | { readonly kind: 'submit'; readonly attempts: readonly AttemptRef[] }
  | { readonly kind: 'cancel'; readonly handles: readonly JobHandle[] }
  | { readonly kind: 'pull'; readonly jobIds: readonly string[] };
