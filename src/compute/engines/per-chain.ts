import type { PerChain } from './engine.ts';

export function ofChain(value: PerChain, chain: number): number {
  return typeof value === 'number' ? value : value[chain];
}
