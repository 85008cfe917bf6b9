import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { buildWidget } from "../build";

const LOADER_BYTES = 3_000;
const APP_BYTES = 30_000;
/** What is fetched when it is first opened: self-help, earlier conversations, what a portal has around them. */
const LATER_BYTES = 6_000;
const gzip = (code: string): number => gzipSync(code, { level: 9 }).length;

test("a page pays little for the button, and a customer little for the chat", async () => {
  const out = mkdtempSync(join(tmpdir(), "usher-widget-"));
  try {
    const chunks = await buildWidget(out);
    const loader = gzip(readFileSync(join(out, "widget.js"), "utf8"));
    const languages = chunks.filter((chunk) => /^(en|pl|ru|el|de)$/.test(chunk.name)).map((chunk) => gzip(chunk.code));
    const app = chunks.filter((chunk) => chunk.name === "app" || chunk.name.includes("preload")).map((chunk) => gzip(chunk.code));
    const opened = app.reduce((sum, bytes) => sum + bytes, 0) + Math.max(...languages);
    const shared = chunks.filter((chunk) => chunk.name === "words").reduce((sum, chunk) => sum + gzip(chunk.code), 0);
    const later = chunks.filter((chunk) => /^(help|past|around)$/.test(chunk.name)).map((chunk) => gzip(chunk.code) + shared);
    process.stdout.write(`loader ${loader} bytes gzip of ${LOADER_BYTES}, after opening ${opened} of ${APP_BYTES}, then ${later.join(", ")} of ${LATER_BYTES}\n`);
    expect(languages).toHaveLength(5);
    expect(app).toHaveLength(1);
    expect(loader).toBeLessThanOrEqual(LOADER_BYTES);
    expect(later).toHaveLength(3);
    for (const bytes of later) expect(bytes).toBeLessThanOrEqual(LATER_BYTES);
    expect(opened).toBeLessThanOrEqual(APP_BYTES);
    expect(chunks.map((chunk) => chunk.code).join("")).not.toContain("msgpack");
  } finally {
    rmSync(out, { recursive: true });
  }
});
