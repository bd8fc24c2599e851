import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { installOnce } from "../machinery/install.ts"
import { type Results, resultsFolder } from "../machinery/results.ts"
import { markdown } from "./format.ts"
import { draw, plotsOf } from "./plots.ts"
import { tablesOf } from "./tables.ts"

export const begin = "<!-- figures: written by npm run bench from bench/results/latest.json; do not edit -->"
export const end = "<!-- end of figures -->"

/** Draws every picture into bench/results, and renews the figures of bench/README.md. */
export async function report(results: Results): Promise<void> {
  installOnce(import.meta.dirname, "what draws the pictures")
  for (const { name, spec } of plotsOf(results)) {
    // Says which results it shows, so that a test can find a picture of older ones.
    writeFileSync(join(resultsFolder, `${name}.svg`), `<!-- ${results.measuredAt} -->\n${await draw(spec)}`)
  }
  const page = join(import.meta.dirname, "../README.md")
  writeFileSync(page, withFigures(readFileSync(page, "utf8"), figuresOf(results)))
}

/** What the markers of bench/README.md enclose. */
export function figuresOf(results: Results): string {
  const images = plotsOf(results).map(({ name, title }) => `![${title}](results/${name}.svg)`)
  return [provenanceText(results), ...images, ...tablesOf(results).map(markdown)].join("\n\n")
}

/** A page with its figures made new. @throws Error if the markers are not there, once and in order */
export function withFigures(page: string, figures: string): string {
  const [before, rest, ...more] = page.split(begin)
  const [, after, ...others] = rest?.split(end) ?? []
  if (before === undefined || after === undefined || more.length + others.length > 0)
    throw new Error(`bench/README.md must hold "${begin}" and after it "${end}", once each.`)
  return `${before}${begin}\n\n${figures}\n\n${end}${after}`
}

function provenanceText({ machine, node, packages, benches }: Results): string {
  const unique = (values: readonly string[]): string => [...new Set(values)].sort().join(", ")
  const all = Object.values(benches)
  // Of what was compared with only; results/latest.json has the rest.
  const subjects = all.flatMap(({ rows }) => rows.map(({ subject }) => subject.split(/[ ,]+/)))
  const versions = Object.entries(packages).flatMap(([name, version]) =>
    name !== "hallpass" && subjects.some((words) => words.includes(name)) ? `${name} ${version}` : [],
  )
  const floors = all.flatMap(({ floorUs }) => floorUs)
  const short = Object.keys(benches).filter((name) => benches[name]?.quick)
  return [
    short.length === 0 ? "" : `**Not results: short rounds only, in ${short.join(", ")}.** `,
    `Measured on ${unique(all.map(({ measuredAt }) => measuredAt.slice(0, 10)))} at commit `,
    `${unique(all.map(({ commit, changed }) => `${commit}${changed ? " with changes" : ""}`))}, Node.js ${node}, `,
    `${machine.cpu}, ${machine.logicalCpus} processors`,
    floors.length === 0
      ? ", medians, on a busy machine. "
      : `, bare RS256 in ${Math.min(...floors)} to ${Math.max(...floors)} µs. `,
    versions.length === 0 ? "" : `Versions: ${versions.join(", ")}.`,
  ].join("")
}
