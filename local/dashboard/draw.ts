import type { Metric, Widget } from "./body.ts"
import { element, text } from "./svg.ts"

// The layout of a dashboard: where each widget stands, and what it shows. It has no data, so no curve is drawn.
//
// Written by hand, because all that is to be drawn are boxes and lines of text at places that the dashboard itself gives in
// numbers. The plotting library of the benches computes scales and axes from data, and has to be installed first, while the
// picture is compared with the template in every run of the tests.

const columnPx = 50
const rowPx = 40
const gapPx = 6
const columns = 24
const ink = "#16191f"
const pale = "#687078"
const line = "#d5dbdb"
const alarmRed = "#d13212"
const paper = "#ffffff"

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** The picture of a dashboard as an SVG document. */
export function drawDashboard(widgets: readonly Widget[]): string {
  const rows = Math.max(...widgets.map(({ y, height }) => y + height))
  const width = columns * columnPx
  const height = rows * rowPx
  const title = "Layout of the dashboard: which widget stands where, and what it shows"
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      ...{ width, height, viewBox: `0 0 ${width} ${height}` },
      ...{ "font-family": "Helvetica, Arial, sans-serif", role: "img", "aria-label": title },
    },
    element("rect", { width, height, fill: "#f2f3f3" }),
    ...widgets.map(drawWidget),
  )}\n`
}

function drawWidget(widget: Widget): string {
  const box: Box = {
    x: widget.x * columnPx + gapPx / 2,
    y: widget.y * rowPx + gapPx / 2,
    width: widget.width * columnPx - gapPx,
    height: widget.height * rowPx - gapPx,
  }
  const frame = element("rect", { ...box, rx: 3, fill: paper, stroke: line })
  const { title } = widget.properties
  const head = { fill: ink, "font-weight": "bold", size: 14, width: box.width - 24 } as const
  const heading = title === undefined ? [] : [text(box.x + 12, box.y + 22, title, head)]
  return element("g", {}, frame, ...heading, ...contentOf(widget, box))
}

function contentOf(widget: Widget, box: Box): string[] {
  const { markdown = "", alarms = [], query = "" } = widget.properties
  if (widget.type === "text") return drawMarkdown(markdown, box)
  if (widget.type === "alarm") return drawAlarms(alarms, box)
  if (widget.type === "log") return drawTable(query, box)
  if (widget.type === "metric") return drawGraph(widget, box)
  throw new Error(`a widget of type ${widget.type} cannot be drawn yet`)
}

function drawMarkdown(markdown: string, { x, y, width }: Box): string[] {
  return markdown.split("\n").map((each, index) => {
    const heading = /^#+ /.test(each)
    const style = { fill: ink, width: width - 24, ...(heading ? { size: 17, "font-weight": "bold" } : {}) }
    return text(x + 12, y + 26 + index * 26, each.replace(/^#+ /, ""), style)
  })
}

/** One field for each alarm, in the state that it should have. */
function drawAlarms(arns: readonly string[], { x, y, width }: Box): string[] {
  const perLine = 6
  const fieldPx = (width - 24 - (perLine - 1) * gapPx) / perLine
  return arns.flatMap((arn, index) => {
    const left = x + 12 + (index % perLine) * (fieldPx + gapPx)
    const top = y + 34 + Math.floor(index / perLine) * 36
    const name = arn.slice(arn.lastIndexOf(":") + 1)
    return [
      element("rect", { x: left, y: top, width: fieldPx, height: 30, rx: 2, fill: "#eaf4e5", stroke: "#1d8102" }),
      text(left + 10, top + 20, name, { fill: ink, width: fieldPx - 16 }),
    ]
  })
}

/** The columns that the query asks for. */
function drawTable(query: string, { x, y, width, height }: Box): string[] {
  const fields = /\| fields ([^|]+)/.exec(query)?.[1]?.split(",") ?? []
  const fieldPx = (width - 24) / fields.length
  const names = fields.map((field, index) =>
    text(x + 12 + index * fieldPx, y + 52, field.trim(), { fill: pale, "font-weight": "bold", width: fieldPx - 8 }),
  )
  const rules: string[] = []
  for (let at = y + 62; at < y + height - 8; at += 28) rules.push(rule(x + 12, at, x + width - 12))
  return [...names, ...rules]
}

function rule(x1: number, y: number, x2: number, attributes: { readonly [name: string]: string } = {}): string {
  return element("line", { x1, x2, y1: y, y2: y, stroke: line, ...attributes })
}

/** An empty plot with its axes' labels, the lines of its alarms, and the legend. */
function drawGraph({ properties }: Widget, { x, y, width, height }: Box): string[] {
  const { metrics = [], yAxis = {}, annotations, stacked } = properties
  const legend = legendOf(metrics, { x: x + 12, y: y + height - 12, width: width - 24, height: 0 })
  const plot = { x: x + 34, y: y + 36, width: width - 34 - (yAxis.right ? 34 : 14), height: legend.top - y - 50 }
  const grid = [0, 1, 2, 3, 4].map((each) => rule(plot.x, plot.y + (each * plot.height) / 4, plot.x + plot.width))
  const thresholds = (annotations?.horizontal ?? []).flatMap(({ label, value }) => {
    const share = yAxis.left?.max === undefined ? 3 / 4 : value / yAxis.left.max // without an end the axis fits itself
    const at = plot.y + plot.height * (1 - share)
    const words = `${label}: ${value.toLocaleString("en-US")}`
    return [
      rule(plot.x, at, plot.x + plot.width, { stroke: alarmRed, "stroke-dasharray": "5 3" }),
      text(plot.x + 6, at - 5, words, { fill: alarmRed, size: 11, width: plot.width - 12 }),
    ]
  })
  const kind = stacked === true ? [text(plot.x + 6, plot.y + plot.height - 8, "stacked", { fill: pale, size: 11 })] : []
  const middle = plot.y + plot.height / 2
  return [
    ...grid,
    ...axisLabel(yAxis.left?.label, x + 22, middle, -90),
    ...axisLabel(yAxis.right?.label, x + width - 20, middle, 90),
    ...kind,
    ...thresholds,
    ...legend.drawn,
  ]
}

function axisLabel(label: string | undefined, x: number, y: number, degrees: number): string[] {
  if (label === undefined) return []
  return [
    text(x, y, label, {
      ...{ fill: pale, size: 11 },
      "text-anchor": "middle",
      transform: `rotate(${degrees} ${x} ${y})`,
    }),
  ]
}

/** Names of the lines, from left to right and upwards from the box's lower edge. */
function legendOf(metrics: readonly Metric[], box: Box): { readonly drawn: string[]; readonly top: number } {
  const entries = metrics.flatMap((metric) => {
    const options = metric.at(-1)
    return typeof options === "object" && options.visible !== false ? [options] : []
  })
  const perLine = 2
  const lines = Math.ceil(entries.length / perLine)
  const entryPx = box.width / perLine
  const drawn = entries.flatMap(({ label = "", color }, index) => {
    const left = box.x + (index % perLine) * entryPx
    const bottom = box.y - (lines - 1 - Math.floor(index / perLine)) * 18
    const shown = label.replace(/\$\{PROP\('Dim\.(\w+)'\)\}/g, "one line for each $1")
    return [
      element("rect", { x: left, y: bottom - 10, width: 10, height: 10, fill: color ?? pale }),
      text(left + 16, bottom, shown, { fill: ink, width: (shown === label ? entryPx : box.width) - 20 }),
    ]
  })
  return { drawn, top: box.y - lines * 18 }
}
