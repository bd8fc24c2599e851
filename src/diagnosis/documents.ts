import type { FetchedDocument } from "../keys/document.ts"
import type { KeyPolicy } from "../keys/settings.ts"
import { withoutByteOrderMark } from "../shared/byte-order-mark.ts"
import { isObject } from "../shared/is-object.ts"
import { type FailureText, failureText, statusText } from "./failure-text.ts"
import { type Findings, shown } from "./finding.ts"
import type { Probe } from "./probe.ts"

/** A JSON object that was fetched, or why there is none. */
export function objectIn(
  probed: Probe,
  policy: KeyPolicy,
): { readonly object: { readonly [member: string]: unknown }; readonly document: FetchedDocument } | FailureText {
  const { url, document } = probed
  if (document === undefined) return failureText(probed, policy)
  const { status, headers, body } = document
  if (status !== 200) return statusText(url, status, headers.location)
  try {
    const object: unknown = JSON.parse(withoutByteOrderMark(body))
    if (isObject(object)) return { object: { ...object }, document }
  } catch {}
  const type = headers["content-type"] ?? ""
  const isPage = /html/i.test(type) || /^\s*</.test(body)
  return {
    message: `${url} answers with ${isPage ? "a web page (HTML)" : `no JSON object (${shown(type) || "no content type"})`}.`,
    remedy: isPage
      ? "That is a login page or an error page. Check the address, and that no portal or proxy answers in its place."
      : "Check the address.",
  }
}

/** How far another clock may be away before something fails: a token of an hour, or the next token at once. */
const behindSeconds = 60

/** What the Date header says of the clocks. @returns by how many seconds the issuer's clock is ahead of this one */
export function judgeClock(
  { document, askedAtMs, ms }: Probe,
  toleranceSeconds: number,
  findings: Findings,
): number | undefined {
  const date = Date.parse(document?.headers.date ?? "")
  if (!Number.isFinite(date)) return undefined
  // A cache in between hands on the date of the origin, and says how long ago that was (RFC 9111 section 5.1).
  const age = /^\d{1,9}$/.test(document?.headers.age ?? "") ? Number(document?.headers.age) : 0
  // The header has whole seconds: half of one is the best guess.
  const offset = Math.round((date + 500 + age * 1000 - askedAtMs) / 1000)
  const unsure = 1 + Math.ceil(ms / 1000)
  if (offset > toleranceSeconds + unsure)
    findings.error(
      "clock",
      `The issuer's clock is ${offset} s ahead of this machine's, and ${toleranceSeconds} s are tolerated.`,
      "Set this machine's clock. If it is right, new tokens are refused for that long: tell the issuer, or raise clockToleranceSeconds (at most 300).",
    )
  else if (-offset > toleranceSeconds + unsure) {
    const message = `The issuer's clock is ${-offset} s behind this machine's: its tokens live that much shorter.`
    const remedy = "Set this machine's clock. If it is right, tell the issuer."
    if (-offset >= behindSeconds) findings.error("clock", message, remedy)
    else findings.warning("clock", message, remedy)
  }
  return offset
}

/** A first request waits for this answer if there is no snapshot. */
const slowMs = 1000

export function judgeLatency({ url, ms }: Probe, { timeoutMs }: KeyPolicy, findings: Findings): void {
  if (ms < slowMs && ms < timeoutMs / 2) return
  findings.warning(
    "latency",
    `${url} took ${ms} ms; after ${timeoutMs} ms hallpass gives up.`,
    "A start without a snapshot waits that long. Take a key snapshot with each deployment (hallpass snapshot).",
  )
}
