import type { Prepared } from "../tokens.ts"
import type { Subject } from "./bundles.ts"
import { eventWith } from "./event.ts"
import { importSample } from "./samples.ts"

/** Bytes of one line each, its end included. */
export interface LineBytes {
  /** The record of a refusal. */
  readonly refusalBytes: number
  /** The same, if it said that the request was allowed. */
  readonly allowBytes: number
  /** A counter of decisions in the embedded metric format. */
  readonly metricBytes: number
}

/** What X-Ray puts into the environment of each invocation; Powertools copies the root into its records. */
const traceId = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"

/** Lets the bundle refuse a token whose signature is wrong, and measures what it writes. */
export async function measureLines(
  subject: Subject,
  { token }: Prepared,
  variables: { readonly [name: string]: string },
): Promise<LineBytes> {
  const last = token.lastIndexOf(".") + 1
  const forged = token.slice(0, last) + (token[last] === "A" ? "B" : "A") + token.slice(last + 1)
  const traced = { ...variables, _X_AMZN_TRACE_ID: traceId }
  const { output } = await importSample(subject, { node: process.execPath }, traced, eventWith({ token: forged }))
  const lines = output.split("\n")
  const record = lines.find((line) => line.includes('"message":"request refused"'))
  const metric = lines.find((line) => line.includes('"Decisions"'))
  if (record === undefined || metric === undefined) throw new Error(`A refusal wrote ${lines.length} other lines`)
  const allowed = { ...JSON.parse(record), message: "request allowed", outcome: "allow", reason: "ok" }
  const bytes = (line: string): number => Buffer.byteLength(line) + 1
  return { refusalBytes: bytes(record), allowBytes: bytes(JSON.stringify(allowed)), metricBytes: bytes(metric) }
}
