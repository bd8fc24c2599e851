// Draws bench/results/*.svg and writes the README's part, from bench/results/latest.json. Measures nothing.
//   node bench/report/report.ts                   the repository's own
//   node bench/report/report.ts RESULTS FOLDER    only to look at: plots and readme-part.md of other results, into a folder
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { resultsFolder } from "../results.ts"
import { installOnce } from "./install.ts"
import { plotsOf } from "./plots/plots.ts"
import { readmePart, withReadmePart } from "./readme.ts"
import { latestFile, readResults } from "./results.ts"

/** Draws every plot and makes the README's part. */
export async function report(file: string = latestFile, folder: string = resultsFolder): Promise<void> {
  const results = readResults(file)
  if (results === undefined) throw new NothingToReport(`There is no ${file}; npm run bench makes it.`)
  installOnce(import.meta.dirname, "what draws the plots")
  const { draw } = await import("./draw.ts")
  mkdirSync(folder, { recursive: true })
  for (const { name, spec } of plotsOf(results)) {
    // Says which results it shows, so that a test can tell a plot that was left behind.
    writeFileSync(join(folder, `${name}.svg`), `<!-- ${results.measuredAt} -->\n${await draw(spec)}`)
  }
  const part = readmePart(results)
  if (folder !== resultsFolder) return writeFileSync(join(folder, "readme-part.md"), `${part}\n`)
  const readme = resolve(import.meta.dirname, "../../README.md")
  writeFileSync(readme, withReadmePart(readFileSync(readme, "utf8"), part))
}

/** There are no results yet. */
class NothingToReport extends Error {}

if (process.argv[1] === import.meta.filename) {
  try {
    await report(...process.argv.slice(2, 4))
    console.log("drawn and written")
  } catch (error) {
    if (!(error instanceof NothingToReport)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
