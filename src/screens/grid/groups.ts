import type { Families } from '../sweep/families.ts';

/** The families of one problem, a part of the grid that folds. */
export interface Group {
  readonly problem: string;
  /** Indices of its families, in the plan's order. */
  readonly families: readonly number[];
}

export interface Groups {
  readonly groups: readonly Group[];
  /** Of each family its group's index. */
  readonly groupOf: readonly number[];
}

const known = new WeakMap<Families, Groups>();

/** The groups of a plan, in its order; made once for each plan. */
export function groupsOf(families: Families): Groups {
  const before = known.get(families);
  if (before !== undefined) return before;
  const indexOf = new Map<string, number>();
  const members: number[][] = [];
  const problems: string[] = [];
  const groupOf = families.families.map(({ problem }, family) => {
    let group = indexOf.get(problem);
    if (group === undefined) {
      group = members.length;
      indexOf.set(problem, group);
      members.push([]);
      problems.push(problem);
    }
    (members[group] as number[]).push(family);
    return group;
  });
  const groups = {
    groups: members.map((own, group) => ({ problem: problems[group] as string, families: own })),
    groupOf,
  };
  known.set(families, groups);
  return groups;
}
