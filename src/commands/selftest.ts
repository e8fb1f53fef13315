import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Command } from 'commander';
import type { SamplerName } from '../compute/settings.ts';
import { checkConfig } from '../dispatch/config/check.ts';
import { issueText } from '../dispatch/config/issue.ts';
import { presetValues } from '../dispatch/config/presets.ts';
import { estimateInMemory } from '../dispatch/work/estimate-in-memory.ts';
import type { Rim } from './rim.ts';
import { SELFTEST_CASES, type SelftestCase } from './selftest-cases.ts';
import { tableText } from './table-text.ts';

/** Standard errors that an estimate may lie from its exact value. */
const MOST_Z = 4;
/** Unadjusted MCLMC has a bias of a few percent at its default energy variance. */
const MCLMC_SHARE = 0.05;

interface Row {
  readonly name: string;
  readonly sampler: SamplerName;
  readonly expected: number;
  readonly got: number;
  readonly se: number;
  readonly z: number;
  readonly well: boolean;
}

/** Adds `llc selftest`: the estimator against exact values. */
export function addSelftest(program: Command, rim: Rim): void {
  program
    .command('selftest')
    .description('Compare every sampler with exact values; about a minute.')
    .option('--seed <N>', 'first seed', '1')
    .option('--json', 'as JSON', false)
    .addHelpText('after', '\nExample:\n  llc selftest')
    .action(async (options: { seed: string; json: boolean }) => {
      const rows: Row[] = [];
      for (const test of SELFTEST_CASES) {
        for (const sampler of test.samplers) {
          rim.signal.throwIfAborted();
          rows.push(await check(test, sampler, options.seed));
          await nextTurn();
        }
      }
      if (options.json) rim.print(JSON.stringify(rows, null, 2));
      else for (const line of report(rows)) rim.print(line);
      if (rows.some(({ well }) => !well)) rim.exitCode = 1;
    });
}

async function check(test: SelftestCase, sampler: SamplerName, seed: string): Promise<Row> {
  const { target } = test.problem;
  const checked = checkConfig({
    ...presetValues('quick', { target }),
    ...test.problem,
    sampler,
    seed: Number(seed),
  });
  if (!checked.ok) throw new Error(checked.issues.map(issueText).join('\n'));
  const summary = await estimateInMemory(checked.config);
  const [got, se] = summary.kind === 'estimate' ? [summary.llc, summary.se] : [NaN, NaN];
  const { expected, name } = test;
  const z = (got - expected) / se;
  const near = sampler === 'mclmc' && Math.abs(got / expected - 1) <= MCLMC_SHARE;
  return { name, sampler, expected, got, se, z, well: near || Math.abs(z) <= MOST_Z };
}

function report(rows: readonly Row[]): string[] {
  const cells = rows.map(({ name, sampler, expected, got, se, z, well }) => [
    name,
    sampler,
    expected.toFixed(5),
    got.toFixed(5),
    se.toFixed(5),
    z.toFixed(1),
    well ? 'ok' : 'WRONG',
  ]);
  const wrong = rows.filter(({ well }) => !well).length;
  return [
    ...tableText(
      ['case', 'sampler', 'expected', 'got', 'se', 'z', ''],
      cells,
      new Set([2, 3, 4, 5]),
    ),
    '',
    `${rows.length - wrong} of ${rows.length} within ${MOST_Z} standard errors (MCLMC: or ${100 * MCLMC_SHARE} %)`,
  ];
}
