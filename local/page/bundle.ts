import { fileURLToPath } from "node:url"
import { type BuildResult, build } from "esbuild"

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** Bundles the script and the style sheet of the page, `page.js` and `page.css`. Writes nothing. */
export function bundlePage(): Promise<BuildResult<{ write: false; metafile: true }>> {
  return build({
    absWorkingDir: here("../.."),
    entryPoints: [
      { in: here("main.tsx"), out: "page" },
      { in: here("style/page.css"), out: "page" },
    ],
    outdir: "page",
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2023",
    jsx: "automatic",
    jsxImportSource: "preact",
    mainFields: ["module", "main"],
    legalComments: "none",
    logLevel: "silent",
  })
}
