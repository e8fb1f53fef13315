import { codeVersion } from '../artifacts/code-version.ts';
import { PROTOCOL_VERSION } from '../job/protocol.ts';
import { JobFailure } from './job-failure.ts';

/** The versions that must agree before a worker does anything. */
export interface Versions {
  readonly protocol: number;
  readonly schemaHash: string;
  readonly codeVersion: string;
}

/** This worker's own versions. */
export function ownVersions(schemaHash: string): Versions {
  return { protocol: PROTOCOL_VERSION, schemaHash, codeVersion: codeVersion() };
}

/** Throws a `schema` failure that names both sides and how to make them agree. */
export function compareVersions(asked: Versions, own: Versions): void {
  const differences = [
    ['protocol', asked.protocol, own.protocol],
    ['schema hash', asked.schemaHash, own.schemaHash],
    ['code version', asked.codeVersion, own.codeVersion],
  ].filter(([, theirs, ours]) => theirs !== ours);
  if (differences.length === 0) return;
  const named = differences
    .map(([what, theirs, ours]) => `${what} ${theirs} in the payload, ${ours} in the worker`)
    .join('; ');
  throw new JobFailure(
    'schema',
    `the worker is not of the version that planned this job: ${named}. ` +
      'Update the worker: run `npm run build` where the sweep was started (its dist/worker.js is what ' +
      'jobs run), then `llc retry`; a sweep planned by an older version must be started anew.',
  );
}
