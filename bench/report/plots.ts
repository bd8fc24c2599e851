import { type ResultRow, type Results, rowsIn } from "../machinery/results.ts"

/** One picture of bench/results: `verify.svg` for `verify`. */
export interface Plot {
  readonly name: string
  readonly title: string
  /** Vega-Lite. */
  readonly spec: object
}

/** The pictures of what was measured; a bench that was not run has none. There are at most three, each under 40 KB. */
export function plotsOf(results: Results): readonly Plot[] {
  const peers = /^(?!crypto|hallpass, (?:\d|bundled))/
  const verify = rowsIn(results, "verify", /, 800 characters$/, peers).map((row) => ({ ...row, value: row.ratio ?? 1 }))
  const walks = rowsIn(results, "pipeline", /, hit, 50 rules$/, /^(?!crypto|aws)/)
  const starts = rowsIn(results, "cold-start", /^spawn to answer/, peers)
  return [
    ...bars("verify", "Verification, not cached", "times the bare crypto.verify", verify, /, 800 characters/),
    ...bars("pipeline", "Event to answer, token cached, 50 route rules", "µs", walks, /, hit, 50 rules/),
    ...bars("cold-start", "A fresh process, from spawn to its first answer", "ms", starts, /spawn to answer, /),
  ]
}

// Of Okabe and Ito's palette, which colour-blind readers can tell apart. https://jfly.uni-koeln.de/color/
const [own, observed, others] = ["#0072B2", "#56B4E9", "#B8B8B8"]

/** A group of bars for each case, shorter is better: hallpass in blue, everything else in grey. */
function bars(name: string, title: string, unit: string, rows: readonly ResultRow[], dull: RegExp): readonly Plot[] {
  if (rows.length === 0) return []
  const values = rows.map(({ case: text, subject, value }) => {
    return { group: text.replace(dull, ""), subject, value, label: Number(value.toPrecision(3)) }
  })
  const subjects = [...new Set(values.map(({ subject }) => subject))]
  const range = subjects.map((each) => (each === "hallpass" ? own : each.startsWith("hallpass") ? observed : others))
  const x = { field: "value", type: "quantitative", axis: null }
  const y = { field: "subject", type: "nominal", sort: subjects, title: null }
  const color = { field: "subject", scale: { domain: subjects, range }, legend: null }
  const header = { labelAngle: 0, labelAnchor: "start", labelOrient: "top", labelFontWeight: "bold", labelPadding: 0 }
  const axis = { domain: false, ticks: false, grid: false, labelFontSize: 11, labelLimit: 0 }
  const spec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    ...{ background: "white", padding: 10, spacing: 6, data: { values }, resolve: { scale: { y: "independent" } } },
    title: { text: title, subtitle: `${unit}; shorter is better`, anchor: "start" },
    config: { font: "Helvetica, Arial, sans-serif", aria: false, view: { stroke: null }, axis },
    facet: { row: { field: "group", type: "nominal", sort: values.map(({ group }) => group), title: null, header } },
    spec: {
      ...{ width: 420, height: { step: 15 } },
      layer: [
        { mark: { type: "bar", size: 11 }, encoding: { x, y, color } },
        { mark: { type: "text", align: "left", dx: 4, fontSize: 10 }, encoding: { x, y, text: { field: "label" } } },
      ],
    },
  }
  return [{ name, title, spec }]
}

/** Draws a specification. No browser and no canvas: widths of text are estimated. */
export async function draw(spec: object): Promise<string> {
  // Imported by name, because the packages of this folder are not there when types are checked.
  const [vega, lite] = await Promise.all(["vega", "vega-lite"].map((name) => import(name)))
  const drawn: string = await new vega.View(vega.parse(lite.compile(spec, { logger: vega.logger(vega.Error) }).spec), {
    renderer: "none",
  }).toSVG()
  return `${drawn.replace(/\d+\.\d{2,}(?=[^<>]*>)/g, (number) => String(Number(Number(number).toFixed(1))))}\n`
}
