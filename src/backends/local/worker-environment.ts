/** Names that speak of something secret. */
const SECRET =
  /TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|COOKIE|^MODAL_|^AWS_|^SSH_AUTH_SOCK$/i;

/** Flags meant for the dispatcher's own Node: a debugger's port serves one process only. */
const OWN = /^NODE_OPTIONS$|^NODE_CHANNEL_FD$|^NODE_UNIQUE_ID$/;

/** What a worker sees of the environment: all but secrets and what concerns the dispatcher alone. */
export function workerEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !SECRET.test(name) && !OWN.test(name)),
  );
}
