import type { CaseTypeChoice } from "@usher/protocol";

/** A type with the names above it, for finding and for reading. */
export interface TypePath {
  key: string;
  label: string;
  /** Labels from the top, its own last. */
  path: readonly string[];
}

/** Types in the order of the index, which has parents before their children; whose parent is unknown stands at the top. */
export function typePaths(types: readonly CaseTypeChoice[]): TypePath[] {
  const paths = new Map<string, readonly string[]>();
  return types.map(({ key, label, parent }) => {
    const path = [...(paths.get(parent) ?? []), label];
    paths.set(key, path);
    return { key, label, path };
  });
}

/** As people type it: in small letters, without accents. */
function typed(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ł", "l");
}

/** Types whose path holds every word asked for; those whose own label begins with it first. */
export function findTypes(types: readonly TypePath[], query: string): TypePath[] {
  const words = typed(query).split(/\s+/).filter(Boolean);
  const holding = types.filter(({ path }) => {
    const text = typed(path.join(" "));
    return words.every((word) => text.includes(word));
  });
  const begins = ({ label }: TypePath): boolean => words.length > 0 && typed(label).startsWith(words.join(" "));
  return [...holding.filter(begins), ...holding.filter((one) => !begins(one))];
}

/** The type itself and all below it: a filter by a type means its whole branch. */
export function branchOf(types: readonly CaseTypeChoice[], key: string): string[] {
  const branch = new Set([key]);
  for (const type of types) if (branch.has(type.parent)) branch.add(type.key);
  return [...branch];
}
