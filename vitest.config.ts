import { defineConfig } from "vitest/config";

/**
 * All tests in one run, of all front ends or, with a folder named, of one. Files share their modules, which makes it
 * three times cheaper: a test sets what it needs, and what it puts in the place of something global it takes away.
 */
export default defineConfig({
  test: {
    include: ["agent_client/{test,protocol/tests}/**/*.test.ts", "widget/tests/**/*.test.ts"],
    pool: "threads",
    isolate: false,
    testTimeout: 60_000,
  },
});
