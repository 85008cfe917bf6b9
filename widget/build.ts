/**
 * Builds the folder `dist/`: `node build.ts`. First the app, then the loader and the portal, which know it by its
 * hashed name.
 *
 *     widget.js            the loader, one classic script
 *     app/app-<hash>.js    the chat, with a chunk for each language, and others for what is seldom opened
 *     tick.js              a worker that counts
 *     portal.html          the full page around the same app
 */
import { copyFileSync, writeFileSync } from "node:fs";
import { build, type Plugin, type Rolldown } from "vite";

const root = import.meta.dirname;
/** `Features.LightDark` of lightningcss: no style says light-dark(), and the variables it is made of are not small. */
const LIGHT_DARK = 1 << 20;
const common = {
  root,
  configFile: false,
  logLevel: "warn",
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  css: { lightningcss: { exclude: LIGHT_DARK } },
} as const;

/** There are no style sheets or module graphs to load ahead here: importing is all that an import has to do. */
const plainImports: Plugin = {
  name: "usher:plain-imports",
  enforce: "pre",
  resolveId: { filter: { id: /preload-helper/ }, handler: (id) => id },
  load: { filter: { id: /preload-helper/ }, handler: () => "export const __vitePreload = (load) => load();" },
};

/** outDir: an absolute path; emptied first. Returns every chunk that was written. */
export async function buildWidget(outDir: string): Promise<Rolldown.OutputChunk[]> {
  const hashed = { entryFileNames: "app/[name]-[hash].js", chunkFileNames: "app/[name]-[hash].js" };
  const served = { ...common, base: "/widget/", plugins: [plainImports] };
  const into = { outDir, assetsDir: "app", modulePreload: false, target: "es2022" } as const;
  const app = await build({
    ...served,
    build: {
      ...into,
      emptyOutDir: true,
      rolldownOptions: { input: `${root}/src/app/app.tsx`, preserveEntrySignatures: "allow-extension", output: hashed },
    },
  });
  const entry = chunksOf(app).find((chunk) => chunk.isEntry);
  if (!entry) throw new Error("the build made no app");
  const define = { __APP__: JSON.stringify(`widget/${entry.fileName}`) };
  const portal = await build({
    ...served,
    define,
    build: { ...into, emptyOutDir: false, rolldownOptions: { input: `${root}/portal.html`, output: hashed } },
  });
  const lib = { entry: `${root}/src/loader/loader.ts`, formats: ["iife" as const], name: "usherLoader" };
  const loader = await build({
    ...common,
    define,
    build: { outDir, emptyOutDir: false, target: "es2022", lib: { ...lib, fileName: () => "widget.js" } },
  });
  copyFileSync(`${root}/src/app/tick.js`, `${outDir}/tick.js`);
  return [app, portal, loader].flatMap(chunksOf);
}

function chunksOf(built: Awaited<ReturnType<typeof build>>): Rolldown.OutputChunk[] {
  const outputs = (Array.isArray(built) ? built : [built]) as Rolldown.RolldownOutput[];
  return outputs.flatMap((output) => output.output).filter((file) => file.type === "chunk");
}

if (import.meta.main) {
  const chunks = await buildWidget(`${root}/dist`);
  writeFileSync(1, chunks.map((chunk) => `${chunk.fileName}  ${chunk.code.length} bytes\n`).join(""));
}
