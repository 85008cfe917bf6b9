import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { expect, test } from "vitest";

/** What a browser loads before the first view, gzipped. Languages other than English come when they are spoken. */
const INITIAL_JS_BYTES = 80_000;
const INITIAL_CSS_BYTES = 12_000;
/** What opening one more area or dialog may cost beyond that, its style and everything it shares with others included. */
const LAZY_BYTES = 40_000;
/** The telephone brings its provider's own library, and only where calls are made. */
const TELEPHONE_BYTES = 50_000;

type Files = Map<string, Rolldown.OutputChunk | Rolldown.OutputAsset>;

async function built(): Promise<Files> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const { output } = (await build({ root, logLevel: "silent", build: { write: false } })) as Rolldown.RolldownOutput;
  return new Map(output.map((file) => [file.fileName, file]));
}

/** A file, all it imports at once, and their style sheets. */
function loadedBy(files: Files, name: string, loaded = new Set<string>()): Set<string> {
  const file = files.get(name);
  if (loaded.has(name) || file?.type !== "chunk") return loaded;
  loaded.add(name);
  for (const sheet of file.viteMetadata?.importedCss ?? []) loaded.add(sheet);
  for (const next of file.imports) loadedBy(files, next, loaded);
  return loaded;
}

function size(files: Files, names: Iterable<string>): number {
  return [...names].reduce((sum, name) => {
    const file = files.get(name);
    return sum + gzipSync((file?.type === "chunk" ? file.code : file?.source) ?? "").length;
  }, 0);
}

test("the first view stays light, and so does every area that is opened later", async () => {
  const files = await built();
  const chunks = [...files.values()].filter((file) => file.type === "chunk");
  const initial = new Set(chunks.filter((chunk) => chunk.isEntry).flatMap((chunk) => [...loadedBy(files, chunk.fileName)]));
  const sheets = [...initial].filter((name) => name.endsWith(".css"));
  const scripts = [...initial].filter((name) => name.endsWith(".js"));
  expect(scripts.length).toBeGreaterThan(0);
  expect(size(files, scripts)).toBeLessThanOrEqual(INITIAL_JS_BYTES);
  expect(sheets.length).toBeGreaterThan(0);
  expect(size(files, sheets)).toBeLessThanOrEqual(INITIAL_CSS_BYTES);

  const lazy = chunks.filter((chunk) => !initial.has(chunk.fileName));
  expect(lazy.length).toBeGreaterThan(0);
  for (const { fileName, name } of lazy) {
    const more = [...loadedBy(files, fileName)].filter((one) => !initial.has(one));
    expect(size(files, more), fileName).toBeLessThanOrEqual(name === "device" ? TELEPHONE_BYTES : LAZY_BYTES);
  }
  const areas = lazy.map(({ fileName, name }) => `${name} ${size(files, [fileName])}`).filter((line) => !/^(de|el|pl|ru) /.test(line));
  // oxlint-disable-next-line no-console -- how much is left of the budget
  console.info(`initial JS ${size(files, scripts)} B, CSS ${size(files, sheets)} B; then ${areas.join(", ")} B (gzip)`);
});
