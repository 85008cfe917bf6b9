import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { expect, test } from "vitest";

/** What a browser loads before the first view, gzipped. Languages other than English come when they are spoken. */
const INITIAL_JS_BYTES = 80_000;
const CSS_BYTES = 12_000;

test("the first view stays light", async () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const built = (await build({ root, logLevel: "silent", build: { write: false } })) as Rolldown.RolldownOutput;
  const files = new Map(built.output.map((file) => [file.fileName, file]));
  const initial = new Set<string>();
  const visit = (name: string): void => {
    const file = files.get(name);
    if (initial.has(name) || file?.type !== "chunk") return;
    initial.add(name);
    file.imports.forEach(visit);
  };
  for (const file of files.values()) if (file.type === "chunk" && file.isEntry) visit(file.fileName);
  const size = (names: Iterable<string>): number =>
    [...names].reduce((sum, name) => {
      const file = files.get(name);
      return sum + gzipSync((file?.type === "chunk" ? file.code : file?.source) ?? "").length;
    }, 0);
  const styles = [...files.keys()].filter((name) => name.endsWith(".css"));
  expect(initial.size).toBeGreaterThan(0);
  expect(size(initial)).toBeLessThanOrEqual(INITIAL_JS_BYTES);
  expect(size(styles)).toBeLessThanOrEqual(CSS_BYTES);
  console.info(`initial JS ${size(initial)} B, CSS ${size(styles)} B (gzip)`);
});
