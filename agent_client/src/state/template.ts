const PLACE = /\{(\d{1,2})\}/g;

/** How many variables a template has: its places are {1}, {2} … */
export function variablesOf(text: string): number {
  return Math.max(0, ...[...text.matchAll(PLACE)].map(([, place]) => Number(place)));
}

/** The text with its variables; a place without one stays a place. */
export function filledIn(text: string, variables: readonly string[]): string {
  return text.replace(PLACE, (place, number: string) => variables[Number(number) - 1] || place);
}

export function isComplete(text: string, variables: readonly string[]): boolean {
  return Array.from({ length: variablesOf(text) }, (_, at) => variables[at] ?? "").every((one) => one.trim() !== "");
}
