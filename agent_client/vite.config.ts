import { defineConfig } from "vitest/config";

// Served under /agent/ by the server itself, never from another origin: the page's policy allows only its own files.
export default defineConfig({
  base: "/agent/",
  build: {
    target: ["chrome123", "edge123", "firefox121", "safari17.5"],
    cssTarget: ["chrome123", "edge123", "firefox121", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8080", "/ws": { target: "ws://127.0.0.1:8080", ws: true } } },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});
