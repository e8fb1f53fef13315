import { codeVersion } from '../../dispatch/artifacts/code-version.ts';
import { type Budget, spentText } from './control-plane/control-plane.ts';
import { ModalPlace } from './modal-place.ts';
import { STOPPED_TAG } from './sandbox-name.ts';
import { hintOf, troubleOf } from './trouble.ts';
import { APP_NAME, VOLUME_NAME } from './volume-layout.ts';

/** Something of the account and what was found or done. */
export interface AccountLine {
  readonly what: string;
  readonly state: 'well' | 'made' | 'missing' | 'wrong';
  readonly text: string;
  /** What to do about it; empty where all is well. */
  readonly remedy: string;
}

/**
 * Makes what jobs need: the app, the volume, the image with this version's worker. What is there is left as it is.
 *
 * @param tell - told each thing when it is known
 * @param onLog - told the output of a build
 */
export async function setUpModal(
  tell: (line: AccountLine) => void,
  onLog: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const place = new ModalPlace();
  const plane = await place.plane();
  const { workspace, token } = await plane.account.tokenInfo(signal);
  tell(well('token', `${token} of the workspace ${workspace}`));
  const app = await place.app(signal);
  tell(madeOrThere('app', APP_NAME, app.isNew, app.id));
  const volume = await place.volume(signal);
  tell(madeOrThere('volume', VOLUME_NAME, volume.isNew, `version ${volume.version}`));
  const began = performance.now();
  const image = await place.image(false, signal, onLog);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const worker = `worker ${codeVersion()}`;
  tell(
    image.isNew
      ? { ...well('image', `${image.id} was built in ${seconds} s, ${worker}`), state: 'made' }
      : well('image', `${image.id} is there, ${worker}: nothing to build`),
  );
  tell(budgetLine(await plane.account.budget(signal)));
}

/** Looks at all that jobs need, makes nothing, and goes on after what is wrong. */
export async function lookAtModal(signal: AbortSignal): Promise<readonly AccountLine[]> {
  const lines: AccountLine[] = [];
  const look = async (what: string, ask: () => Promise<AccountLine>): Promise<boolean> => {
    try {
      lines.push(await ask());
      return true;
    } catch (error) {
      signal.throwIfAborted();
      const { message, hint } = troubleOf(error, 'Modal cannot be asked');
      lines.push({ what, state: 'wrong', text: message, remedy: hint });
      return false;
    }
  };
  const place = new ModalPlace();
  const plane = () => place.plane();
  const answers = await look('token', async () => {
    const began = performance.now();
    const { workspace, token } = await (await plane()).account.tokenInfo(signal);
    const ms = Math.round(performance.now() - began);
    return well('token', `${token} of the workspace ${workspace}, answers in ${ms} ms`);
  });
  if (!answers) return lines;
  await look('app', async () => {
    const id = await (await plane()).apps.find(APP_NAME, false, signal);
    if (id === null) return missing('app', APP_NAME);
    const living = await (await plane()).sandboxes.list(id, {}, signal);
    return well('app', `${APP_NAME} (${id}), ${living.length} sandboxes live`);
  });
  await look('volume', async () => {
    const volume = await (await plane()).volumes.find(VOLUME_NAME, false, signal);
    return volume === null
      ? missing('volume', VOLUME_NAME)
      : well('volume', `${VOLUME_NAME}, version ${volume.version}`);
  });
  await look('budget', async () => budgetLine(await (await plane()).account.budget(signal)));
  return lines;
}

/** Ends sandboxes: of one sweep, or all of the app's with the app itself. Returns their names. */
export async function stopModal(
  sweepId: string | null,
  signal: AbortSignal,
): Promise<{ readonly ended: readonly string[]; readonly app: string | null }> {
  const plane = await new ModalPlace().plane();
  const appId = await plane.apps.find(APP_NAME, false, signal);
  if (appId === null) return { ended: [], app: null };
  const tags: Record<string, string> = sweepId === null ? {} : { 'llc-sweep': sweepId };
  const living = await plane.sandboxes.list(appId, tags, signal);
  for (const { id, tags: given } of living) {
    // Without the mark its sweep takes it for preempted, which is no reason to leave it running.
    await plane.sandboxes.setTags(id, { ...given, [STOPPED_TAG]: 'yes' }, signal).catch(() => {
      signal.throwIfAborted();
    });
    await plane.sandboxes.terminate(id, signal);
  }
  if (sweepId === null) await plane.apps.stop(appId, signal);
  return { ended: living.map(({ id, name }) => name || id), app: sweepId === null ? appId : null };
}

function well(what: string, text: string): AccountLine {
  return { what, state: 'well', text, remedy: '' };
}

function madeOrThere(what: string, name: string, isNew: boolean, more: string): AccountLine {
  return isNew
    ? { what, state: 'made', text: `${name} was made (${more})`, remedy: '' }
    : well(what, `${name} is there (${more})`);
}

function missing(what: string, name: string): AccountLine {
  return { what, state: 'missing', text: `there is no ${name}`, remedy: 'Run llc modal setup.' };
}

function budgetLine(budget: Budget | null): AccountLine {
  if (budget === null)
    return well('budget', 'this token may not know it; jobs say when it is spent');
  const text = spentText(budget);
  return budget.spendLimitReached
    ? { what: 'budget', state: 'wrong', text, remedy: hintOf('billing') }
    : well('budget', text);
}
