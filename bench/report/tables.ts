import type { ResultRow } from "../results.ts"
import { budgetOf, figure, judged, type Table, times } from "./format.ts"
import { isFloor, isOwn, type NamedRow, type Results, rowsOf } from "./results.ts"

const unique = (values: readonly string[]): string[] => [...new Set(values)]
const strong = (row: ResultRow, text: string): string => (row.subject === "hallpass" ? `**${text}**` : text)

/** What readers compare: the same for the README and for the terminal. A bench that was not run has no table. */
export function tablesOf(results: Results): readonly Table[] {
  return [
    ...verification(results),
    ...walks(results),
    ...starts(results),
    ...growth(results),
    ...smallMachines(results),
    ...brokenBudgets(results),
    ...faster(results),
  ]
}

/** Rows and columns from the cases and subjects of some rows; a dash where there is none. */
function pivot(
  rows: readonly ResultRow[],
  across: (row: ResultRow) => string,
  down: (row: ResultRow) => string,
  cell: (row: ResultRow) => string,
): Pick<Table, "columns" | "rows"> {
  const columns = unique(rows.map(across))
  const lines = unique(rows.map(down)).map((name) => {
    const ofLine = rows.filter((row) => down(row) === name)
    const cells = columns.map((column) => ofLine.filter((row) => across(row) === column).map(cell)[0] ?? "–")
    return [ofLine.every(isOwn) && name === "hallpass" ? `**${name}**` : name, ...cells]
  })
  return { columns: ["", ...columns], rows: lines }
}

function verification(results: Results): readonly Table[] {
  const rows = rowsOf(results, "verify").filter(({ case: name }) => name.includes("800 characters"))
  const uncached = rows.filter(({ case: name }) => name.endsWith("800 characters"))
  if (uncached.length === 0) return []
  const algorithm = ({ case: name }: ResultRow): string => name.split(",")[0] ?? ""
  const cell = (row: ResultRow): string => strong(row, times(row.ratio ?? 1))
  return [
    {
      title: "Verification, not cached,",
      caption:
        "of distinct tokens of 800 characters, over the bare `crypto.verify` of the signature alone. Lower is better.",
      ...pivot(uncached, algorithm, ({ subject }) => subject, cell),
    },
    {
      title: "Verification of a token that was verified before,",
      caption: "where there is a cache; over hallpass. More than 1 is slower than hallpass.",
      ...pivot(
        rows.filter(({ case: name }) => name.endsWith("verified before")),
        algorithm,
        ({ subject }) => subject,
        cell,
      ),
    },
  ]
}

function walks(results: Results): readonly Table[] {
  const rows = rowsOf(results, "pipeline").filter(({ case: name }) => {
    const [kind, situation, rules, more] = name.split(", ")
    return rules === "50 rules" && more === undefined && (situation === "hit" || kind === "HTTP 2.0")
  })
  if (rows.length === 0) return []
  const cell = (row: ResultRow): string =>
    row.subject === "hallpass" ? strong(row, figure(row.value, row.unit)) : times(row.ratio ?? Number.NaN)
  const name = ({ case: text }: ResultRow): string => text.replace(", 50 rules", "")
  return [
    {
      title: "The whole walk, event to answer,",
      caption:
        "50 route rules: hallpass in microseconds on this machine, the others over it. More than 1 is slower than hallpass.",
      ...pivot(rows, ({ subject }) => subject, name, cell),
    },
  ]
}

function starts(results: Results): readonly Table[] {
  const rows = rowsOf(results, "cold-start").filter(({ unit }) => unit === "ms")
  if (rows.length === 0) return []
  return [
    {
      title: "A fresh process,",
      caption: "bundles made with the same settings. Milliseconds on this machine.",
      ...figures(rows),
    },
  ]
}

/** Cases down, subjects across: the figures as they are. */
function figures(rows: readonly ResultRow[]): Pick<Table, "columns" | "rows"> {
  return pivot(
    rows,
    ({ subject }) => subject,
    ({ case: name }) => name,
    (row) => strong(row, figure(row.value, row.unit)),
  )
}

/** What must not grow: everything with a budget, and what the refusal of bad tokens costs. */
function growth(results: Results): readonly Table[] {
  const rows = rowsOf(results, "routes", "scale", "keys", "edge", "observe")
  const shown = rows.filter(({ budget, case: name }) => budget !== undefined || /^bad tokens: (?!none)/.test(name))
  if (shown.length === 0) return []
  const line = (row: ResultRow): string[] => [
    row.case,
    figure(row.value, row.unit),
    row.ratio === undefined ? "" : judged(row),
    row.budget === undefined ? "" : `${budgetOf(row)}${row.holds === false ? " **over**" : ""}`,
  ]
  return [
    {
      title: "At scale and under attack:",
      caption: "what must not grow with the configuration or with who attacks.",
      columns: ["", "measured", "compared", "budget"],
      rows: shown.map(line),
    },
  ]
}

function smallMachines(results: Results): readonly Table[] {
  // How long its lines are is not for this table.
  const rows = rowsOf(results, "small").filter(({ case: name }) => name !== "log line")
  if (rows.length === 0) return []
  return [
    {
      title: "On a small machine:",
      caption: "the built bundle under the processor share of Lambda functions of little memory.",
      ...figures(rows),
    },
  ]
}

function withNote({ case: name, note }: ResultRow): string {
  return note === undefined ? name : `${name} (${note})`
}

/** One line for each bench and budget: the case that misses it most. */
function brokenBudgets(results: Results): readonly Table[] {
  const judgedRows = rowsOf(results).filter(({ holds }) => holds !== undefined)
  const broken = judgedRows.filter(({ holds }) => holds === false)
  if (broken.length === 0) return []
  const lineOf = (row: NamedRow): string => `${row.bench}: ${row.subject}, ${budgetOf(row)}`
  return [
    {
      title: `Budgets: ${judgedRows.length - broken.length} of ${judgedRows.length} hold.`,
      caption: "These do not, with the case that misses most; [bench/README.md](bench/README.md) says what was tried.",
      columns: ["", "cases", "most in", "measured"],
      rows: unique(broken.map(lineOf)).map((line) => {
        const [worst, ...less] = broken
          .filter((row) => lineOf(row) === line)
          .toSorted((a, b) => (b.ratio ?? b.value) - (a.ratio ?? a.value))
        return worst === undefined ? [] : [line, String(less.length + 1), withNote(worst), judged(worst)]
      }),
    },
  ]
}

/** Where somebody else is ahead, one line for each of them in each bench: the worst case of it. */
function faster(results: Results): readonly Table[] {
  const rows = rowsOf(results)
  const lines = new Map<string, { readonly row: NamedRow; readonly share: number; readonly cases: number }>()
  for (const row of rows) {
    if (isFloor(row) || isOwn(row)) continue
    const own = rows.find(
      (other) => other.bench === row.bench && other.case === row.case && other.subject === "hallpass",
    )
    if (own === undefined || own.value <= row.value) continue
    const key = `${row.bench}: ${row.subject}`
    const share = own.value / row.value
    const before = lines.get(key)
    const cases = (before?.cases ?? 0) + 1
    lines.set(key, before !== undefined && before.share >= share ? { ...before, cases } : { row, share, cases })
  }
  if (lines.size === 0) return []
  return [
    {
      title: "Who is ahead of hallpass,",
      caption: "in the case that shows it most.",
      columns: ["", "cases", "most in", "hallpass takes"],
      rows: [...lines].map(([key, { row, share, cases }]) => [key, String(cases), withNote(row), times(share)]),
    },
  ]
}
