import { type Results, rowsOf } from "../results.ts"
import type { Plot } from "./plots.ts"
import { colours, config, schema } from "./theme.ts"

/** Microseconds from event to answer, by case and kind of event. */
export function pipelinePlot(results: Results): Plot | undefined {
  const rows = rowsOf(results, "pipeline").filter(({ case: name }) => name.endsWith(", 50 rules"))
  if (rows.length === 0) return undefined
  const title = "The whole walk, event to answer"
  const values = rows.map(({ case: name, subject, value }) => {
    const [kind, situation] = name.split(", ")
    return { kind, situation, subject, value }
  })
  const [kinds, situations] = [values.map(({ kind }) => kind), values.map(({ situation }) => situation)]
  const { domain, range } = colours(rows)
  const color = { field: "subject", type: "nominal", scale: { domain, range }, legend: { columns: 2 } }
  const spec = {
    $schema: schema,
    config,
    title: {
      text: title,
      subtitle: "microseconds on one machine, logarithmic, 50 route rules; further left is better",
    },
    data: { values },
    facet: { field: "kind", type: "nominal", sort: [...new Set(kinds)], title: null },
    columns: 3,
    spacing: 24,
    spec: {
      width: 220,
      height: 150,
      mark: { type: "point", filled: true, size: 70, opacity: 0.9 },
      encoding: {
        x: {
          field: "value",
          type: "quantitative",
          scale: { type: "log" },
          title: "µs",
          axis: { tickCount: 4, format: "~g" },
        },
        y: { field: "situation", type: "nominal", sort: [...new Set(situations)], title: null, axis: { grid: true } },
        color,
        shape: { field: "subject", type: "nominal", scale: { domain } },
      },
    },
  }
  return { name: "pipeline", title, spec }
}
