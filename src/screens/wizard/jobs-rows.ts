import { type Line, line, span } from '../../ui/line.ts';
import { fieldSpans } from '../../ui/line-editor.ts';
import type { Context } from '../console/screen.ts';
import type { Known } from '../known/known.ts';
import { chosenProblems, chosenSamplers, problemChoices, samplerChoices } from './draft-flags.ts';
import { countedPlan, sizesOf } from './wizard-answers.ts';
import { type BodyRows, cellOf, cellsAt } from './wizard-cells.ts';
import type { WizardState } from './wizard-state.ts';

/** The columns of step 6: problems, samplers, seeds. */
const AT = [2, 18, 32] as const;

/** `3 x 4 x 10 = 120 jobs, 8 cached, 112 to run`. */
export function jobsHead(state: WizardState, known: Known): Line {
  const { problems, samplers, seeds } = sizesOf(state, known);
  const plan = countedPlan(state, known);
  const jobs = plan?.jobs ?? problems * samplers * seeds;
  const rest = plan === null ? '' : `, ${plan.cached} cached, ${jobs - plan.cached} to run`;
  return line(`${problems} x ${samplers} x ${seeds} = ${jobs} jobs${rest}`);
}

export function jobsRows(state: WizardState, context: Context): BodyRows {
  const { draft, column, row } = state;
  const { theme } = context;
  const columns = [
    { choices: problemChoices(draft), chosen: chosenProblems(draft) },
    { choices: samplerChoices(draft), chosen: chosenSamplers(draft) },
  ];
  const count = Math.max(1, ...columns.map(({ choices }) => choices.length));
  const rows = Array.from({ length: count }, (_, index): Line => {
    const cells = columns.flatMap(({ choices, chosen }, at) => {
      const choice = choices[index];
      if (choice === undefined) return [];
      const isTaken = chosen.includes(choice.name);
      const text = `${isTaken ? 'x' : '-'} ${choice.name}`;
      const isHere = column === at && row === index;
      return [{ at: AT[at] ?? 0, cell: cellOf(text, isHere, theme, isTaken ? [] : ['quiet']) }];
    });
    return cellsAt(
      index === 0 ? [...cells, { at: AT[2], cell: seedsCell(state, context) }] : cells,
    );
  });
  return {
    head: [line('    problems        samplers      seeds')],
    rows,
    cursor: column === 2 ? 0 : row,
    foot: [],
  };
}

function seedsCell(state: WizardState, { known, theme }: Context): Line {
  const { typing, column } = state;
  if (typing?.kind === 'option' && typing.name === 'nSeeds')
    return [span('[ '), ...fieldSpans(typing.field, 12, theme), span(' ]')];
  const { seeds } = sizesOf(state, known);
  const list = countedPlan(state, known)?.seeds ?? [];
  const [first] = list;
  const last = list.at(-1);
  const range = first === undefined || last === first ? '' : `  (${first}-${last})`;
  return cellOf(`${seeds}${range}`, column === 2, theme);
}
