import type { Advice } from '../dispatch/calibration/advise.ts';
import { holds } from '../dispatch/calibration/plateau.ts';
import { type Site, sitesOf } from '../dispatch/calibration/sites.ts';
import { llcText } from '../ui/format/llc-text.ts';
import { tableText } from './table-text.ts';

/** From low to high. */
const SHADES = ['░', '▒', '▓', '█'] as const;
const ASCII_SHADES = ['.', ':', '+', '#'] as const;

/**
 * The map of one sampler: a table of gamma by step size for each beta. A shade says how high an estimate is,
 * brackets that it is on the plateau, a star that it is recommended; a word instead of an estimate why it
 * proves nothing.
 */
export function mapLines(advice: Advice, { ascii = false } = {}): string[] {
  const { grid, sampler } = advice;
  const trusted = sitesOf(grid).filter(({ doubt }) => doubt === '');
  const values = trusted.map(({ llc }) => llc);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const shades = ascii ? ASCII_SHADES : SHADES;
  const shadeOf = (llc: number) => {
    const share = high > low ? (llc - low) / (high - low) : 0;
    return shades[Math.min(shades.length - 1, Math.floor(share * shades.length))] ?? '';
  };
  const cell = (site: Site | null, isFlat: boolean) => {
    if (site === null) return '';
    if (site.doubt !== '') return `- ${site.doubt.replaceAll('_', ' ')}`;
    const text = llcText(site.llc, site.se, { columns: 13, plusMinus: ascii ? '+-' : '±' });
    const star = site === advice.recommended?.site ? '*' : '';
    return `${shadeOf(site.llc)} ${isFlat ? `[${text}]` : ` ${text} `}${star}`;
  };
  const header = grid.steps.map((step) => (step === null ? sampler : `step ${short(step)}`));
  return grid.betas.flatMap((beta0, j) => {
    const rows = [...grid.gammas.keys()].reverse().map((k) => [
      short(grid.gammas[k]),
      ...grid.steps.map((_, i) => {
        const box = advice.plateau?.box;
        const isFlat =
          box !== undefined && holds(box.step, i) && holds(box.beta, j) && holds(box.gamma, k);
        return cell(grid.at(i, j, k), isFlat);
      }),
    ]);
    const lines = tableText(['gamma', ...header], rows).map((row) => `  ${row}`);
    return [`${sampler}, beta0 ${short(beta0)}:`, ...lines];
  });
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
