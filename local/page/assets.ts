import { readFile } from "node:fs/promises"

/** The script and the style sheet of the page. */
export interface PageAssets {
  readonly script: string
  readonly style: string
}

let loading: Promise<PageAssets> | undefined

/** The page's files: built ones of the package if they are there, else bundled now from the checkout, once. */
export function pageAssets(): Promise<PageAssets> {
  loading ??= builtAssets().catch(bundledAssets)
  return loading
}

/** In the package the files are in a folder beside the command. */
async function builtAssets(): Promise<PageAssets> {
  const [script, style] = await Promise.all(
    ["page/page.js", "page/page.css"].map((file) => readFile(new URL(file, import.meta.url), "utf8")),
  )
  return { script: script ?? "", style: style ?? "" }
}

async function bundledAssets(): Promise<PageAssets> {
  const { bundlePage } = await import("./bundle.ts")
  const { outputFiles } = await bundlePage()
  const text = (ending: string): string => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? ""
  return { script: text(".js"), style: text(".css") }
}
