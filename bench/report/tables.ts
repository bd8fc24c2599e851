import { type ResultRow, type Results, rowsIn } from "../machinery/results.ts"
import { budgetTable } from "./budgets.ts"
import { figure, type Table, times } from "./format.ts"

/** What readers compare: the same for bench/README.md and for the terminal. A bench that was not run has no table. */
export function tablesOf(results: Results): readonly Table[] {
  const tables = [budgetTable(results), verification(results), walks(results), starts(results), sizes(results)]
  return tables.filter(({ rows }) => rows.length > 0)
}

/** Rows and columns from the cases and subjects of some rows; a dash where there is none. */
function pivot(
  rows: readonly ResultRow[],
  across: (row: ResultRow) => string,
  down: (row: ResultRow) => string,
  cell: (row: ResultRow) => string,
): Pick<Table, "columns" | "rows"> {
  const unique = (texts: readonly string[]): string[] => [...new Set(texts)]
  const strong = (row: ResultRow): string => (row.subject === "hallpass" ? `**${cell(row)}**` : cell(row))
  const columns = unique(rows.map(across))
  const lines = unique(rows.map(down)).map((name) => {
    const ofLine = rows.filter((row) => down(row) === name)
    const cells = columns.map((column) => ofLine.filter((row) => across(row) === column).map(strong)[0] ?? "–")
    return [name === "hallpass" ? `**${name}**` : name, ...cells]
  })
  return { columns: ["", ...columns], rows: lines }
}

const ofSubject = (row: ResultRow): string => row.subject
const value = (row: ResultRow): string => figure(row.value, row.unit)

function verification(results: Results): Table {
  const rows = rowsIn(results, "verify", /characters$/)
  const across = (row: ResultRow): string =>
    row.case.replace(" characters", "").replace(", 2048", ", 2 KB").replace(", 800", "")
  return {
    title: "Verification, not cached,",
    caption: "of distinct tokens of 800 and 2,048 characters, over the bare `crypto.verify` of the signature alone.",
    ...pivot(rows, across, ofSubject, (row) => times(row.ratio ?? 1)),
  }
}

function walks(results: Results): Table {
  return {
    title: "The whole walk, event to answer,",
    caption: "50 route rules; results/latest.json also has the figures of 1,000.",
    ...pivot(
      rowsIn(results, "pipeline", /^(?!.*1000 rules)/),
      ofSubject,
      (row) => row.case.replace(", 50 rules", ""),
      value,
    ),
  }
}

function starts(results: Results): Table {
  return {
    title: "A fresh process, and a walk between invocations,",
    caption: "under AWS's runtime client. All bundles are made with the same settings.",
    ...pivot(rowsIn(results, "cold-start", /^(?:spawn|walk)/), (row) => row.case, ofSubject, value),
  }
}

function sizes(results: Results): Table {
  return {
    title: "Policies,",
    caption: "of callers of an ordinary table, where one answer is for all routes. 6 KB fit.",
    ...pivot(rowsIn(results, "scale", /^policy of /), ofSubject, (row) => row.case, value),
  }
}
