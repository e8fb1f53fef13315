import { type Line, line, span } from '../../ui/line.ts';
import { fieldSpans } from '../../ui/line-editor.ts';
import { widthOf } from '../../ui/text/width.ts';
import type { Theme } from '../../ui/theme.ts';
import type { Context } from '../console/screen.ts';
import { loadedValue } from '../known/loaded.ts';
import { commandText } from './draft-flags.ts';
import { costWords, mostWords, timeWords } from './estimate-words.ts';
import { counted, countedPlan } from './wizard-answers.ts';
import { type BodyRows, TEXT_COLUMN, wrapped } from './wizard-cells.ts';
import { flagsOf, optionOf, planOf, preflightOf } from './wizard-items.ts';
import type { WizardState } from './wizard-state.ts';

/** Lines of a command that are shown; y copies it whole. */
const MOST_COMMAND = 4;
const INDENT = '    ';

/** Why it will not start: what is wrong with the plan, or who refuses it. */
function refusalOf(
  state: WizardState,
  { known }: Context,
): { readonly title: string; readonly more: readonly string[] } | null {
  const told = planOf(state, known);
  if (told?.kind === 'failed') return { title: told.why, more: [told.hint] };
  const plan = told === null ? null : loadedValue(told);
  if (plan !== null && !plan.ok)
    return {
      title: `${counted(plan.issues.length, 'fault')}, nothing can start`,
      more: plan.issues,
    };
  const answer = preflightOf(state, known);
  const preflight = answer === null ? null : loadedValue(answer);
  if (preflight === null || preflight.ok) return null;
  const [title = '', ...rest] = preflight.error.split('\n');
  return { title, more: [...rest, preflight.hint] };
}

export function summaryHead(state: WizardState, context: Context): Line {
  const refusal = refusalOf(state, context);
  if (refusal !== null)
    return [span(`${cross(context.theme)} `, 'bad'), span(refusal.title, 'bad')];
  const plan = countedPlan(state, context.known);
  if (plan === null) return line('the jobs are being counted');
  return line(`${plan.jobs} jobs: ${plan.jobs - plan.cached} to run, ${plan.cached} cached`);
}

function cross({ ascii }: Theme): string {
  return ascii ? 'x' : '✗';
}

export function summaryRows(state: WizardState, context: Context): BodyRows {
  const { columns, theme } = context;
  const { typing } = state;
  const foot: Line[] =
    typing?.kind === 'save'
      ? [[span(`${INDENT}save as     `), ...fieldSpans(typing.field, columns - 20, theme)]]
      : [];
  const refusal = refusalOf(state, context);
  if (refusal !== null) {
    // A title that is cut stands below it as a whole.
    const isCut = widthOf(refusal.title) > columns - 1 - TEXT_COLUMN;
    const said = isCut ? [refusal.title, ...refusal.more] : refusal.more;
    const rows = said.flatMap((text) => wrapped(text, columns - 1, INDENT));
    return { head: [], rows: rows.map((text) => line(text)), cursor: 0, foot };
  }
  return { head: numbers(state, context), rows: command(state, context), cursor: 0, foot };
}

function numbers(state: WizardState, context: Context): readonly Line[] {
  const plan = countedPlan(state, context.known);
  const { backend } = state.draft;
  const isQueued = backend === 'slurm' || backend === 'ssh';
  const account = isQueued ? optionOf(state, 'slurmAccount') : null;
  const time = plan === null ? null : timeWords(plan.estimate);
  const cost = plan === null ? null : costWords(plan.estimate);
  const most = plan === null ? null : mostWords(plan.estimate);
  const unknown = plan === null ? 'not counted yet' : 'not known before such jobs have run';
  return [
    line(`${INDENT}time        ${time ?? unknown}${isQueued ? ", and the queue's wait" : ''}`),
    line(
      `${INDENT}cost        ${cost ?? unknown}${most === null ? '' : `, ${most}`}${account === null ? '' : ` on account ${account}`}`,
    ),
    ...preflightLines(state, context),
  ];
}

const PREFLIGHT = `${INDENT}preflight   `;

function preflightLines(state: WizardState, context: Context): readonly Line[] {
  const hanging = ' '.repeat(PREFLIGHT.length);
  const [first = '', ...more] = wrapped(
    preflightText(state, context),
    context.columns - 1,
    hanging,
  );
  return [PREFLIGHT + first.trimStart(), ...more].map((text) => line(text));
}

function preflightText(state: WizardState, { known }: Context): string {
  const answer = preflightOf(state, known);
  if (answer === null || answer.kind === 'waiting') return 'being asked';
  if (answer.kind === 'failed') return `not told: ${answer.why}`;
  const { value } = answer;
  return value.ok && value.notes.length > 0 ? `ok: ${value.notes.join(', ')}` : 'ok';
}

function command(state: WizardState, { columns, theme }: Context): readonly Line[] {
  const lines = wrapped(commandText(flagsOf(state)), columns - 1, INDENT, `${INDENT}  `);
  const shown = lines.slice(0, MOST_COMMAND).map((text) => line(text));
  const isCut = lines.length > MOST_COMMAND;
  return isCut
    ? [...shown.slice(0, -1), line(`${INDENT}  ${theme.glyphs.ellipsis} y copies it whole`)]
    : shown;
}
