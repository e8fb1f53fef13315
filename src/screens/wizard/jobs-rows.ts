import { type Line, line, span } from '../../ui/line.ts';
import { fieldSpans } from '../../ui/line-editor.ts';
import { cutMiddle } from '../../ui/text/cut.ts';
import { widthOf } from '../../ui/text/width.ts';
import type { Context } from '../console/screen.ts';
import type { Known } from '../known/known.ts';
import { chosenProblems, chosenSamplers, problemChoices, samplerChoices } from './draft-flags.ts';
import { countedPlan, sizesOf } from './wizard-answers.ts';
import { type BodyRows, cellOf, cellsAt } from './wizard-cells.ts';
import type { WizardState } from './wizard-state.ts';

/** Where the columns of step 6 begin, at least: problems, samplers, seeds. */
const AT = [2, 18, 32] as const;
/** Columns of a name at most, and what a cell has around it. */
const LONGEST = 20;
const AROUND = 7;

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
  const starts = startsOf(columns.map(({ choices }) => choices.map(({ name }) => name)));
  const rows = Array.from({ length: count }, (_, index): Line => {
    const cells = columns.flatMap(({ choices, chosen }, at) => {
      const choice = choices[index];
      if (choice === undefined) return [];
      const isTaken = chosen.includes(choice.name);
      const name = cutMiddle(choice.name, LONGEST, theme.glyphs.ellipsis);
      const text = `${isTaken ? 'x' : '-'} ${name}`;
      const isHere = column === at && row === index;
      return [{ at: starts[at] ?? 0, cell: cellOf(text, isHere, theme, isTaken ? [] : ['quiet']) }];
    });
    return cellsAt(
      index === 0 ? [...cells, { at: starts[2] ?? 0, cell: seedsCell(state, context) }] : cells,
    );
  });
  return {
    head: [
      cellsAt(
        ['problems', 'samplers', 'seeds'].map((word, at) => ({
          at: starts[at] ?? 0,
          cell: cellOf(word, false, theme),
        })),
      ),
    ],
    rows,
    cursor: column === 2 ? 0 : row,
    foot: [],
  };
}

/** Wider where names are long. */
function startsOf(names: readonly (readonly string[])[]): readonly number[] {
  const [problems = 0, samplers = 0] = names.map((column) =>
    Math.min(LONGEST, Math.max(0, ...column.map(widthOf))),
  );
  const second = Math.max(AT[1], AT[0] + problems + AROUND);
  return [AT[0], second, Math.max(second + AT[2] - AT[1], second + samplers + AROUND)];
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
