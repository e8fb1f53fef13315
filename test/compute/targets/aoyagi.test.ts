import { describe, expect, it } from 'vitest';
import { aoyagi } from '../../../src/compute/targets/aoyagi.ts';

/** Reduced rank regression M → H → N of rank r (Aoyagi & Watanabe 2005): a second way to two layers. */
function reducedRank(M: number, H: number, N: number, r: number): [number, number] {
  if (N + r <= M + H && M + r <= N + H && H + r <= M + N) {
    const q = -((H + r) ** 2) - M * M - N * N + 2 * (H + r) * (M + N) + 2 * M * N;
    return (M + H + N + r) % 2 === 0 ? [q / 8, 1] : [(q + 1) / 8, 2];
  }
  if (M + H < N + r) return [(H * M - H * r + N * r) / 2, 1];
  if (N + H < M + r) return [(H * N - H * r + M * r) / 2, 1];
  return [(M * N) / 2, 1];
}

describe('aoyagi', () => {
  it.each<[number[], number, number, number]>([
    [[1, 1, 1], 0, 1 / 2, 2],
    [[2, 2, 2], 0, 3 / 2, 1],
    [[2, 2, 2], 1, 2, 2],
    [[3, 3, 3], 0, 7 / 2, 2],
    [[3, 3, 3], 1, 4, 1],
    [[5, 3, 5], 0, 13 / 2, 2],
    [[5, 4, 5], 0, 8, 1],
    [[4, 3, 8], 0, 6, 1],
    [[3, 8, 4], 0, 6, 1],
    [[10, 10, 10], 0, 75 / 2, 1],
    [[10, 10, 10], 5, 47, 2],
    [[10, 5, 10], 2, 29, 2],
    [[4, 4, 4, 4], 0, 11 / 2, 3],
    [[4, 4, 4, 4], 2, 15 / 2, 3],
    [[2, 3, 2, 3, 2], 1, 2, 2],
    [[10, 10, 10, 10], 0, 67 / 2, 3],
    [new Array<number>(5).fill(10), 0, 63 / 2, 5],
    [new Array<number>(6).fill(10), 0, 30, 1],
    [new Array<number>(11).fill(10), 0, 55 / 2, 1],
    [[10, 20, 10], 5, 50, 1],
    [[20, 30, 20], 10, 200, 1],
    [[30, 40, 30], 15, 447, 2],
    [[8, 6, 4, 6, 8], 3, 21, 2],
    [new Array<number>(5).fill(50), 25, 1133, 4],
    [[185, 259, 286, 885, 235, 204, 274, 252], 100, 20889, 3],
    [[64, 64, 64], 32, 1920, 1],
    [[64, 64, 64], 64, 2048, 1],
    [[5, 4, 3, 4, 5], 0, 5, 4],
    [[5, 4, 3, 4, 5], 1, 7, 1],
    [[5, 4, 3, 4, 5], 2, 9, 2],
    [new Array<number>(6).fill(5), 1, 19 / 2, 5],
  ])('gives %j of rank %i: λ=%f, m=%i', (widths, rank, lambda, multiplicity) => {
    expect(aoyagi(widths, rank)).toEqual({ lambda, multiplicity });
  });

  it('agrees with the reduced rank regression formula for all sizes up to 8', () => {
    for (let M = 1; M <= 8; M++) {
      for (let H = 1; H <= 8; H++) {
        for (let N = 1; N <= 8; N++) {
          for (let r = 0; r <= Math.min(M, H, N); r++) {
            const { lambda, multiplicity } = aoyagi([M, H, N], r);
            expect([lambda, multiplicity], `${M} ${H} ${N} rank ${r}`).toEqual(
              reducedRank(M, H, N, r),
            );
          }
        }
      }
    }
  });

  it('counts the parameters of a single layer by halves', () => {
    expect(aoyagi([4, 7], 0)).toEqual({ lambda: 14, multiplicity: 1 });
    expect(aoyagi([4, 7], 3)).toEqual({ lambda: 14, multiplicity: 1 });
  });

  it('refuses a rank that the network cannot have', () => {
    expect(() => aoyagi([3, 2, 3], 3)).toThrow('widths 3,2,3');
  });
});
