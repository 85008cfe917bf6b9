import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { expect, test } from "vitest";

const LIMIT_BYTES = 2_500;

test("the session costs its host little and never carries msgpack along", async () => {
  const built = (await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      minify: true,
      lib: { entry: new URL("../src/index.ts", import.meta.url).pathname, formats: ["iife"], name: "protocol" },
    },
  })) as Rolldown.RolldownOutput[];
  const bytes = gzipSync(built[0]?.output[0].code ?? "").length;
  process.stdout.write(`protocol ${String(bytes)} bytes gzip of ${String(LIMIT_BYTES)}\n`);
  expect(bytes).toBeGreaterThan(500);
  expect(bytes).toBeLessThanOrEqual(LIMIT_BYTES);
});
