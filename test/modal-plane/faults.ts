import { setTimeout as timer } from 'node:timers/promises';
import { ServerError } from 'nice-grpc';

/** What a call of the control plane does instead of what it should. */
export interface PlaneFault {
  /** The call, as the SDK names it: `sandboxCreate`. */
  readonly on: string;
  /** How often. Default: for ever. */
  readonly times?: number;
  /** gRPC's status code. Default: it only stalls. */
  readonly code?: number;
  readonly details?: string;
  /** Seconds that the server orders to wait, as it does where it limits calls. Default: it orders nothing. */
  readonly retryAfterS?: number;
  /** It answers after the call was carried out, as where an answer is lost. Default false. */
  readonly afterwards?: boolean;
  /** It never answers. Default false. */
  readonly stalls?: boolean;
}

export interface Faults {
  add(fault: PlaneFault): void;
  clear(): void;
  /** Meets what is due before, or after, a call is carried out. */
  meet(call: string, context: CallContext, afterwards: boolean): Promise<void>;
}

/** What of nice-grpc's context is used. */
export interface CallContext {
  readonly signal: AbortSignal;
  readonly trailer: { set(name: string, value: Uint8Array | string): unknown };
}

export function faults(): Faults {
  let left: { fault: PlaneFault; times: number }[] = [];
  return {
    add: (fault) => {
      left.push({ fault, times: fault.times ?? Number.POSITIVE_INFINITY });
    },
    clear: () => {
      left = [];
    },
    async meet(call, context, afterwards) {
      const due = left.find(
        ({ fault, times }) =>
          fault.on === call && times > 0 && (fault.afterwards ?? false) === afterwards,
      );
      if (due === undefined) return;
      due.times -= 1;
      const { code, details = 'injected', stalls, retryAfterS } = due.fault;
      if (stalls) await timer(2 ** 30, undefined, { signal: context.signal });
      if (retryAfterS !== undefined)
        context.trailer.set('grpc-status-details-bin', retryPolicy(code ?? 8, retryAfterS));
      if (code !== undefined) throw new ServerError(code, details);
    },
  };
}

/** google.rpc.Status with one detail, modal.client.RPCRetryPolicy: field 1 a float of seconds. */
function retryPolicy(code: number, seconds: number): Uint8Array {
  const float = Buffer.alloc(5);
  float[0] = (1 << 3) | 5;
  float.writeFloatLE(seconds, 1);
  const detail = Buffer.concat([
    field(1, Buffer.from('type.googleapis.com/modal.client.RPCRetryPolicy')),
    field(2, float),
  ]);
  return Buffer.concat([Buffer.from([1 << 3, code]), field(3, detail)]);
}

function field(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}
