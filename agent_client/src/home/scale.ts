/** From where to where a gauge goes. less: less is better. */
export interface Scale {
  from: number;
  to: number;
  less: boolean;
}

/** What stands on a gauge; null: there is none. */
export interface Beside {
  mine: number | null;
  team: number | null;
  target: number | null;
}

/** Where a value stands, 0 to 1; what is beyond the end stands at it. */
export function place(value: number, { from, to }: Scale): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

/** A time has no end of its own: twice the target, or a little more than the longest of what is shown. */
export function upTo({ mine, team, target }: Beside): Scale {
  const longest = Math.max(mine ?? 0, team ?? 0) * 1.25;
  return { from: 0, to: target === null ? longest || 1 : target * 2, less: true };
}

/** Whether I am where I should be; null: nobody says, or there is nothing to say it of. */
export function reached({ mine, target }: Beside, less: boolean): boolean | null {
  if (mine === null || target === null) return null;
  return less ? mine <= target : mine >= target;
}
