/** How a sandbox or a build ended, `GenericResult.status`. */
export const STATUS = {
  success: 1,
  failure: 2,
  /** Killed from outside. */
  terminated: 3,
  timeout: 4,
  initFailure: 5,
  internalFailure: 6,
  idleTimeout: 7,
  /** The machine ran short of memory. */
  evicted: 8,
} as const;

/** What Modal says of an end. */
export interface SandboxEnd {
  readonly status: number;
  readonly exitCode: number;
  readonly exception: string;
}

/** Null while it lives. */
export function endOf(
  result: { status: number; exitcode: number; exception: string } | undefined,
): SandboxEnd | null {
  if (result === undefined || result.status === 0) return null;
  return { status: result.status, exitCode: result.exitcode, exception: result.exception };
}
