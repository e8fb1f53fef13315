import { countText, moneyText, spanText } from '../../ui/format/numbers.ts';
import { type Line, line, type Span, span } from '../../ui/line.ts';
import { fieldSpans } from '../../ui/line-editor.ts';
import { padEnd, padStart } from '../../ui/text/cut.ts';
import { widthOf } from '../../ui/text/width.ts';
import type { Context } from '../console/screen.ts';
import { optionText } from './option-text.ts';
import { countedPlan } from './wizard-answers.ts';
import { type BodyRows, cellOf, wrapped } from './wizard-cells.ts';
import { type Item, isOpen, itemsOf, offerOf, optionOf } from './wizard-items.ts';
import type { WizardState } from './wizard-state.ts';
import { typingAdvice } from './wizard-typing.ts';

type Partition = NonNullable<ReturnType<typeof offerOf>>['discovery']['partitions'][number];

/** Behind the title of step 5: of places without partitions the options themselves. */
export function optionsHead(state: WizardState, context: Context): Line {
  if (state.within === 'all') return line('any option, by a part of its name');
  if (state.within === 'accounts') return line('account');
  return partitionsOf(state, context).length > 0 ? line('partition') : optionsLine(state, context);
}

export function optionsRows(state: WizardState, context: Context): BodyRows {
  const partitions = partitionsOf(state, context);
  const advice = wrapped(typingAdvice(state), context.columns - 1, '    ').map((text) =>
    line(text, 'quiet'),
  );
  if (partitions.length === 0) {
    const more = spread(moreCells(state, context));
    return { head: [], rows: [[span('  '), ...more]], cursor: 0, foot: advice.slice(0, 2) };
  }
  const name = Math.max(7, ...partitions.map((one) => widthOf(one.name)));
  const gpus = Math.max(10, ...partitions.map((one) => widthOf(gpuText(one))));
  const head = `    ${padEnd('name', name)} ${padEnd('GPUs free', gpus)}  idle CPUs  limit  queue  state`;
  return {
    head: [line(head)],
    rows: partitions.map((one, index) => partitionLine(state, context, one, index, { name, gpus })),
    cursor: state.row,
    foot: [
      [span('  '), ...spread([...optionCells(state, context), ...moreCells(state, context)])],
      ...advice.slice(0, 2),
    ],
  };
}

function partitionsOf(state: WizardState, { known }: Context): readonly Partition[] {
  const { backend } = state.draft;
  const isSlurm = backend === 'slurm' || backend === 'ssh';
  return isSlurm ? (offerOf(state, known)?.discovery.partitions ?? []) : [];
}

function partitionLine(
  state: WizardState,
  { known, theme }: Context,
  one: Partition,
  index: number,
  widths: { readonly name: number; readonly gpus: number },
): Line {
  const item = itemsOf(state, known)[index];
  const isClosed = item?.kind === 'choice' && item.off !== null;
  const noGpu = isClosed && isOpen(one.state) ? 'GPU mode off only' : one.state;
  const stands = one.note === '' ? noGpu : `${noGpu}, ${one.note}`;
  const limit = one.limitMin === null ? 'none' : spanText(one.limitMin * 60);
  const text = `${padEnd(one.name, widths.name)} ${padEnd(gpuText(one), widths.gpus)}  ${padStart(countText(one.idleCpus), 9)}  ${padStart(limit, 5)}  ${padStart(String(one.queued), 5)}  ${stands}`;
  const isHere = index === state.row;
  if (!isHere) return [span('    '), span(text, ...(isClosed ? (['quiet'] as const) : []))];
  return theme.colour ? [span('    '), span(text, 'focus')] : line(`  [ ${text}]`);
}

/** `A100 5/32`. */
function gpuText({ gpus }: Partition): string {
  return gpus.map(({ type, free, total }) => `${type} ${free}/${total}`).join(' ') || 'none';
}

/** `account lab-geom   minutes 180   cpus 4   memory 16 GB` */
function optionCells(state: WizardState, { known, theme }: Context): readonly Line[] {
  const { typing } = state;
  return itemsOf(state, known).flatMap((item, index): Line[] => {
    if (item.kind !== 'option') return [];
    const isTyped = typing?.kind === 'option' && typing.name === item.key;
    if (isTyped)
      return [[span(`  ${item.word} [ `), ...fieldSpans(typing.field, 20, theme), span(' ]')]];
    const value = withUnit(state, item);
    if (index !== state.row) return [line(`  ${item.word} ${value}`)];
    return theme.colour
      ? [[span(`  ${item.word} `), span(value, 'focus')]]
      : [line(`  ${item.word} [ ${value} ]`)];
  });
}

function moreCells(state: WizardState, { known, theme }: Context): readonly Line[] {
  const at = itemsOf(state, known).findIndex(({ kind }) => kind === 'more');
  return [cellOf('more...', at === state.row, theme)];
}

function spread(cells: readonly Line[]): readonly Span[] {
  return cells.flatMap((cell, index) => (index === 0 ? cell : [span(' '), ...cell]));
}

/** Behind the title: the two columns before a cell are those of the title. */
function optionsLine(state: WizardState, context: Context): Line {
  const cells = spread(optionCells(state, context));
  const [first, ...rest] = cells;
  const note = noteOf(state, context);
  const head = first === undefined ? [] : [{ ...first, text: first.text.trimStart() }, ...rest];
  return note === '' ? head : [...head, span(`   ${note}`, 'quiet')];
}

function withUnit(state: WizardState, item: Extract<Item, { kind: 'option' }>): string {
  const value = optionOf(state, item.key);
  if (item.key === 'memGb') return `${optionText(value)} GB`;
  if (item.key === 'timeoutMin' && item.word === 'timeout') return spanText(Number(value) * 60);
  return value === null ? 'auto' : optionText(value);
}

/** `of 16 cores, 4 a job`, `$31 of $40.00 left`. */
function noteOf(state: WizardState, { known }: Context): string {
  const discovery = offerOf(state, known)?.discovery;
  if (state.draft.backend === 'local') {
    const cores = discovery?.cores ?? null;
    return cores === null ? '' : `of ${cores} cores, ${optionOf(state, 'cpus')} a job`;
  }
  const left = discovery?.budgetLeft ?? null;
  if (state.draft.backend !== 'modal' || left === null) return '';
  const dollars = countedPlan(state, known)?.estimate.dollars ?? null;
  const spent = dollars === null ? '' : `$${Math.ceil(dollars)} of `;
  return `${spent}${moneyText(left)} left`;
}
