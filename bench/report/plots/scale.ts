import type { ResultRow } from "../../results.ts"
import { type Results, rowsOf } from "../results.ts"
import type { Plot } from "./plots.ts"
import { config, schema } from "./theme.ts"

interface Point {
  readonly series: string
  readonly size: number
  readonly value: number
}

/** Lines that have to be flat: cost over what grows. */
export function scalePlot(results: Results): Plot | undefined {
  const rows = rowsOf(results, "scale")
  if (rows.length === 0) return undefined
  const verifying = rows.filter(({ case: name }) => name.includes(": verify, "))
  const panels = [
    panel("routes of a table", "µs for one answer", points(rowsOf(results, "routes"), /^(.*?)[:,] ([\d,]+) routes$/)),
    panel("issuers of a configuration", "µs to verify", points(verifying, /^(issuers): verify, ([\d,]+) issuers?$/)),
    panel("keys of a set", "µs to verify", points(verifying, /^(keys of a set): verify, ([\d,]+) keys?$/)),
    panel(
      "distinct tokens",
      "MB of heap growth",
      points(rows, /^(distinct tokens): heap growth after ([\d,]+)$/, "MB"),
    ),
  ]
  const title = "Cost over size"
  const spec = {
    $schema: schema,
    config,
    title: { text: title, subtitle: "on one machine; flat is what is wanted" },
    columns: 2,
    spacing: { row: 80, column: 110 },
    bounds: "flush",
    concat: [...panels.filter((each) => each !== undefined), refusals(rows)],
    resolve: { scale: { color: "independent" } },
  }
  return { name: "scale", title, spec }
}

function points(rows: readonly ResultRow[], pattern: RegExp, unit: ResultRow["unit"] = "us"): readonly Point[] {
  return rows.flatMap((row) => {
    const [, series, size] = pattern.exec(row.case) ?? []
    if (row.unit !== unit || series === undefined || size === undefined) return []
    return { series, size: Number(size.replaceAll(",", "")), value: row.value }
  })
}

function panel(title: string, unit: string, values: readonly Point[]): object | undefined {
  if (values.length === 0) return undefined
  const several = new Set(values.map(({ series }) => series)).size > 1
  const linear = unit.startsWith("MB")
  return {
    title: { text: title, fontSize: 12 },
    width: 340,
    height: 170,
    data: { values },
    mark: { type: "line", point: true },
    encoding: {
      x: {
        ...{ field: "size", type: "quantitative", title: null },
        ...(linear
          ? { axis: { format: "~s" } }
          : { scale: { type: "log" }, axis: { format: ",", values: [1, 10, 100, 1000, 10_000] } }),
      },
      y: { field: "value", type: "quantitative", title: unit, scale: { zero: true } },
      color: several
        ? {
            field: "series",
            type: "nominal",
            scale: { range: ["#0072B2", "#E69F00", "#009E73"] },
            legend: { columns: 1 },
          }
        : { value: "#0072B2" },
    },
  }
}

/** What the refusal of a bad token costs beside one signature check. */
function refusals(rows: readonly ResultRow[]): object {
  const values = rows.flatMap(({ case: name, ratio }) =>
    name.startsWith("bad tokens: ") && ratio !== undefined ? { kind: name.slice("bad tokens: ".length), ratio } : [],
  )
  return {
    title: { text: "refusal of a bad token", fontSize: 12 },
    width: 340,
    height: 170,
    data: { values },
    layer: [
      {
        mark: { type: "bar", color: "#0072B2" },
        encoding: {
          x: { field: "ratio", type: "quantitative", title: "times the bare crypto.verify" },
          y: { field: "kind", type: "nominal", sort: values.map(({ kind }) => kind), title: null },
        },
      },
      { mark: { type: "rule", strokeDash: [4, 3] }, encoding: { x: { datum: 1 } } },
    ],
  }
}
