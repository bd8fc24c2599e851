import type { ResultRow } from "../../results.ts"
import { isFloor, isOwn } from "../results.ts"

// Okabe and Ito's palette: told apart by colour-blind readers, too. https://jfly.uni-koeln.de/color/
const own = ["#0072B2", "#56B4E9"]
const peers = ["#E69F00", "#D55E00", "#CC79A7", "#F0E442", "#009E73", "#7F7F7F"]
const floor = "#000000"

/** One colour for each subject, the same in every plot: blue is hallpass. */
export function colours(rows: readonly ResultRow[]): { readonly domain: string[]; readonly range: string[] } {
  const domain = [...new Set(rows.map(({ subject }) => subject))]
  const [left, others] = [[...own], [...peers]]
  const range = domain.map((subject) => {
    const row = { subject } as ResultRow
    if (isFloor(row)) return floor
    return (isOwn(row) ? left.shift() : others.shift()) ?? "#999999"
  })
  return { domain, range }
}

export const config: object = {
  background: "white",
  font: "Helvetica, Arial, sans-serif",
  padding: 12,
  title: { fontSize: 15, anchor: "start", subtitleFontSize: 12, subtitleColor: "#444", offset: 12 },
  axis: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", gridColor: "#e4e4e4", labelLimit: 320 },
  header: { labelFontSize: 12, labelFontWeight: "bold", titleFontSize: 12 },
  legend: { labelFontSize: 12, labelLimit: 400, orient: "bottom", title: null },
  view: { stroke: null },
}

export const schema = "https://vega.github.io/schema/vega-lite/v6.json"
