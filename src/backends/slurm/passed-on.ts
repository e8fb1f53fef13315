/** What of llc's own environment its jobs on a cluster see: another code version, and for tests a GPU that is none. */
const PASSED_ON = ['LLC_CODE_VERSION', 'LLC_GPU_SOFTWARE'];

/** Those that are set. */
export function passedOn(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = environment[name];
      return value ? [[name, value]] : [];
    }),
  );
}
