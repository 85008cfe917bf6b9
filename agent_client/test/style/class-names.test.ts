import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const styles = new URL("../../src/", import.meta.url).pathname;
const ALONE = /^\.([\w-]+)$/;

/** Classes that a file gives a look of their own: `.name { … }`. */
function looksIn(css: string): Set<string> {
  const plain = css.replace(/\/\*[^]*?\*\//g, "");
  const selectors = [...plain.matchAll(/([^{};]+)\{/g)].flatMap(([, list = ""]) => list.split(","));
  return new Set(selectors.flatMap((each) => ALONE.exec(each.trim())?.[1] ?? []));
}

// Every area's style stays once it was loaded, so what two files call by one name gets the looks of both.
test("a class is given its look in one file only", () => {
  const files = globSync("**/*.css", { cwd: styles });
  const owners = new Map<string, string[]>();
  for (const file of files)
    for (const name of looksIn(readFileSync(styles + file, "utf8"))) owners.set(name, [...(owners.get(name) ?? []), file]);
  expect(files.length).toBeGreaterThan(10);
  expect([...owners].filter(([, where]) => where.length > 1)).toEqual([]);
});
