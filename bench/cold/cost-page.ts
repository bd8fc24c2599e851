import { readFileSync, writeFileSync } from "node:fs"
import { resolve } from "node:path"
import type { LineBytes } from "./log-lines.ts"

/** What was measured of one size of function: billed milliseconds, as means. */
export interface SizeFigures {
  readonly memoryMb: number
  readonly hitMs: number
  readonly missMs: number
  readonly coldMs: number
}

type Numbers = { readonly [name: string]: number }

const page = resolve(import.meta.dirname, "../../docs/cost.md")

/** Settings of observation, and the share of allowed requests that leave a record under each. */
const settings: readonly (readonly [name: string, sampledShare: number])[] = [
  ["refusals only", 0],
  ["1 % sampled", 0.01],
  ["everything", 1],
]

/** Puts measured figures into the page, and computes its tables anew from all parameters that stand there. */
export function rewriteCostPage(sizes: readonly SizeFigures[], lines: LineBytes): void {
  const text = Object.entries(lines).reduce(
    (all, [name, bytes]) => all.replace(new RegExp(`(\\| \`${name}\` \\| )[\\d,]+`), `$1${whole(bytes)}`),
    readFileSync(page, "utf8"),
  )
  const p = parametersOf(text)
  const figures = sizes.map(
    ({ memoryMb, hitMs, missMs, coldMs }) => `| ${memoryMb} | ${hitMs.toFixed(2)} | ${missMs.toFixed(2)} | ${coldMs} |`,
  )
  const measured = replaced(text, "measured", figures)
  // From the page's own rounded figures, so that a reader who computes comes to the same.
  const rounded = sizes.map((size) => ({ ...size, hitMs: twoPlaces(size.hitMs), missMs: twoPlaces(size.missMs) }))
  const computed = replaced(
    measured,
    "billed",
    rounded.map((size) => billedRow(size, p)),
  )
  const logged = replaced(
    computed,
    "logged",
    settings.map(([name, share]) => loggedRow(name, share, p)),
  )
  writeFileSync(
    page,
    replaced(
      logged,
      "total",
      rounded.map((size) => totalRow(size, p)),
    ),
  )
}

/** `| \`name\` | 1,000 | …` */
function parametersOf(text: string): Numbers {
  const rows = [...text.matchAll(/^\| `(\w+)` \| ([\d.,]+) \|/gm)]
  return Object.fromEntries(rows.map(([, name = "", value = ""]) => [name, Number(value.replaceAll(",", ""))]))
}

function of(p: Numbers, name: string): number {
  const value = p[name]
  if (value === undefined) throw new Error(`docs/cost.md has no parameter ${name}`)
  return value
}

function billedMs({ hitMs, missMs, coldMs }: SizeFigures, p: Numbers): number {
  const [cold, fresh] = [of(p, "coldShare"), of(p, "newTokenShare")]
  return of(p, "invocations") * ((1 - cold) * (fresh * missMs + (1 - fresh) * hitMs) + cold * coldMs)
}

function computeDollars(size: SizeFigures, p: Numbers): number {
  return (billedMs(size, p) / 1000) * (size.memoryMb / 1024) * of(p, "pricePerGbSecond")
}

function requestDollars(p: Numbers): number {
  return (of(p, "invocations") / 1e6) * of(p, "pricePerMillionRequests")
}

function logBytes(sampledShare: number, p: Numbers): number {
  const refused = of(p, "invocations") * of(p, "refusedShare")
  const allowed = of(p, "invocations") - refused
  return (
    of(p, "invocations") * of(p, "platformBytes") +
    refused * (of(p, "refusalBytes") + of(p, "detailBytes")) +
    (of(p, "invocations") / of(p, "decisionsPerMetricLine")) * of(p, "metricBytes") +
    allowed * sampledShare * of(p, "allowBytes")
  )
}

function logDollars(sampledShare: number, p: Numbers): number {
  return (logBytes(sampledShare, p) / 1e9) * of(p, "pricePerLogGb")
}

function billedRow(size: SizeFigures, p: Numbers): string {
  const milliseconds = billedMs(size, p)
  const gbSeconds = (milliseconds / 1000) * (size.memoryMb / 1024)
  return `| ${size.memoryMb} | ${whole(milliseconds)} | ${whole(gbSeconds)} | ${dollars(computeDollars(size, p))} | ${dollars(requestDollars(p))} |`
}

function loggedRow(name: string, sampledShare: number, p: Numbers): string {
  return `| ${name} | ${sampledShare} | ${whole(logBytes(sampledShare, p))} | ${dollars(logDollars(sampledShare, p))} |`
}

function totalRow(size: SizeFigures, p: Numbers): string {
  const function_ = computeDollars(size, p) + requestDollars(p)
  return `| ${size.memoryMb} | ${settings.map(([, share]) => dollars(function_ + logDollars(share, p))).join(" | ")} |`
}

/** Replaces the rows of the table behind `<!-- name -->`; its two head lines stay. */
function replaced(text: string, name: string, rows: readonly string[]): string {
  const table = new RegExp(`(<!-- ${name} -->\\n\\n\\|.*\\n\\|[ -|]*\\n)(?:\\|.*\\n)*`)
  if (!table.test(text)) throw new Error(`docs/cost.md has no table behind <!-- ${name} -->`)
  return text.replace(table, (_all, head: string) => `${head}${rows.join("\n")}\n`)
}

const whole = (value: number): string => Math.round(value).toLocaleString("en-US")
const dollars = (value: number): string => value.toFixed(3)
const twoPlaces = (value: number): number => Number(value.toFixed(2))
