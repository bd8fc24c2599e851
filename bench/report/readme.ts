import { markdown } from "./format.ts"
import { type Plot, plotsOf } from "./plots/plots.ts"
import { type Results, rowsOf } from "./results.ts"
import { tablesOf } from "./tables.ts"

export const begin = "<!-- benchmarks: made by npm run bench:report from bench/results/latest.json; do not edit -->"
export const end = "<!-- end of benchmarks -->"

/** Plots that stand in the README; bench/README.md shows all of them. */
const shown: readonly Plot["name"][] = ["verify", "pipeline", "cold-start"]

/** What stands between the markers of the README. */
export function readmePart(results: Results): string {
  const images = plotsOf(results)
    .filter(({ name }) => shown.includes(name))
    .map(({ name, title }) => `![${title}](bench/results/${name}.svg)`)
  return [provenanceText(results), ...images, ...tablesOf(results).map(markdown)].join("\n\n")
}

/** The README with its part made new. @throws Error when the markers are not there, once and in order */
export function withReadmePart(readme: string, part: string): string {
  const [before, rest, ...more] = readme.split(begin)
  const [, after, ...others] = rest?.split(end) ?? []
  if (before === undefined || after === undefined || more.length + others.length > 0)
    throw new Error(`README.md has to hold "${begin}" and after it "${end}", once each.`)
  return `${before}${begin}\n\n${part}\n\n${end}${after}`
}

function provenanceText(results: Results): string {
  const { machine, node, packages, benches } = results
  // Of what was compared with only; results/latest.json has the rest.
  const subjects = rowsOf(results).map(({ subject }) => subject)
  const versions = Object.entries(packages).flatMap(([name, version]) =>
    name !== "hallpass" && subjects.some((subject) => subject.split(/[ ,]+/).includes(name))
      ? `${name} ${version}`
      : [],
  )
  const all = Object.values(benches)
  const days = unique(all.map(({ measuredAt }) => measuredAt.slice(0, 10)))
  const commits = unique(all.map(({ commit, changed }) => `${commit}${changed ? " with changes" : ""}`))
  const short = Object.keys(benches).filter((name) => benches[name]?.quick)
  return [
    short.length === 0
      ? ""
      : `**Not results: short rounds only, in ${short.join(", ")}.** They show that the benches work. `,
    `Measured on ${days.join(", ")} at commit ${commits.join(", ")}, Node.js ${node}, `,
    `${machine.cpu}, ${machine.logicalCpus} processors. The ratios are what to look at: the times belong to that machine. `,
    versions.length === 0 ? "" : `Versions: ${versions.join(", ")}. `,
    "`npm run bench` measures again; [bench/README.md](bench/README.md) has the method.",
  ].join("")
}

const unique = (values: readonly string[]): string[] => [...new Set(values)].sort()
