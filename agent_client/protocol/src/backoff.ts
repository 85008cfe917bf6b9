const FLOOR_MS = 300;
const FIRST_MS = 1_000;
const CEILING_MS = 15_000;

/**
 * How long to wait before dialling again, in ms.
 *
 * Uniform between a floor and a ceiling that doubles with every failure: a node with 10,000 sessions that
 * restarts gets them back spread out, not in step.
 *
 * failures: in a row, 0 for a connection that had been good. random: in [0, 1).
 */
export function backoffMs(failures: number, random: number): number {
  const ceiling = Math.min(CEILING_MS, FIRST_MS * 2 ** failures);
  return FLOOR_MS + (ceiling - FLOOR_MS) * random;
}
