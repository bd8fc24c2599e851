import { type Results, rowsOf } from "../results.ts"
import type { Plot } from "./plots.ts"
import { colours, config, schema } from "./theme.ts"

/** Milliseconds of a fresh process, by what is waited for and whose bundle it is. */
export function coldStartPlot(results: Results): Plot | undefined {
  const rows = rowsOf(results, "cold-start").filter(({ unit }) => unit === "ms")
  if (rows.length === 0) return undefined
  const title = "A fresh process"
  const values = rows.map(({ case: name, subject, value }) => {
    const [version, what] = name.split(": ")
    return { version, what, subject, value, label: value.toFixed(1) }
  })
  const inOrder = (names: readonly (string | undefined)[]): object => ({ sort: [...new Set(names)], title: null })
  const { domain, range } = colours(rows)
  const x = { field: "value", type: "quantitative", title: "ms" }
  const y = { field: "subject", type: "nominal", sort: domain, title: null }
  const spec = {
    $schema: schema,
    config,
    title: {
      text: title,
      subtitle: "milliseconds on one machine, bundles made with the same settings; shorter is better",
    },
    data: { values },
    facet: {
      row: {
        ...{ field: "what", type: "nominal", ...inOrder(values.map(({ what }) => what)) },
        header: {
          labelAngle: 0,
          labelAlign: "left",
          labelAnchor: "start",
          labelOrient: "top",
          labelFontWeight: "normal",
        },
      },
      column: { field: "version", type: "nominal", ...inOrder(values.map(({ version }) => version)) },
    },
    spacing: 16,
    spec: {
      width: 260,
      height: { step: 20 },
      layer: [
        {
          mark: "bar",
          encoding: { x, y, color: { field: "subject", type: "nominal", scale: { domain, range }, legend: null } },
        },
        {
          mark: { type: "text", align: "left", dx: 4, fontSize: 10 },
          encoding: { x, y, text: { field: "label", type: "nominal" } },
        },
      ],
    },
  }
  return { name: "cold-start", title, spec }
}
