import { type Results, rowsOf } from "../results.ts"
import type { Plot } from "./plots.ts"
import { colours, config, schema } from "./theme.ts"

/** Ratios to the bare signature check, by algorithm and subject. */
export function verifyPlot(results: Results): Plot | undefined {
  const rows = rowsOf(results, "verify").filter(
    ({ case: name, subject }) => name.endsWith("800 characters") && subject !== "crypto.verify",
  )
  if (rows.length === 0) return undefined
  const title = "Verification of a token, not cached"
  const values = rows.map(({ case: name, subject, ratio, budget }) => ({
    ...{ algorithm: name.split(",")[0], subject, ratio, label: ratio?.toFixed(2), budget: budget ?? null },
  }))
  const { domain, range } = colours(rows)
  const algorithms = [...new Set(values.map(({ algorithm }) => algorithm))]
  const x = {
    field: "algorithm",
    type: "nominal",
    sort: algorithms,
    axis: { title: null, labelAngle: 0, ticks: false },
  }
  const xOffset = { field: "subject", type: "nominal", sort: domain }
  const y = { field: "ratio", type: "quantitative", title: "times the bare crypto.verify" }
  const spec = {
    $schema: schema,
    config,
    title: {
      text: title,
      subtitle: "over crypto.verify of the signature alone (1.0), tokens of 800 characters; lower is better",
    },
    width: 860,
    height: 300,
    data: { values },
    layer: [
      {
        mark: "bar",
        encoding: {
          x,
          xOffset,
          y,
          color: { field: "subject", type: "nominal", sort: domain, scale: { domain, range } },
        },
      },
      {
        mark: { type: "text", dy: -6, fontSize: 9 },
        encoding: { x, xOffset, y, text: { field: "label", type: "nominal" } },
      },
      { mark: { type: "rule", strokeDash: [4, 3] }, encoding: { y: { datum: 1 } } },
    ],
  }
  return { name: "verify", title, spec }
}
