import { defineConfig } from "vite";

// Served under /agent/ by the server itself, never from another origin: the page's policy allows only its own files.
export default defineConfig({
  base: "/agent/",
  build: {
    target: ["chrome123", "edge123", "firefox121", "safari17.5"],
    cssTarget: ["chrome123", "edge123", "firefox121", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: "start", tags: ["$initial"], priority: 1 },
            { name: areaOf, debugName: "areas" },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8080", "/ws": { target: "ws://127.0.0.1:8080", ws: true } } },
});

/** One file for each folder of what is not needed at the start; languages and the telephone stay by themselves. */
function areaOf(module: string): string | null {
  return /\/agent_client\/src\/(?!.*\/(?:words\/(?!en)|device))([a-z]+)\//.exec(module)?.[1] ?? null;
}
