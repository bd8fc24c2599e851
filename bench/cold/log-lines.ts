import type { Prepared } from "../tokens.ts"
import type { Subject } from "./bundles.ts"
import { eventWith } from "./event.ts"
import { type MetricBytes, measureMetrics } from "./metric-lines.ts"
import { importSample } from "./samples.ts"

/** Bytes of one line each, its end included. */
export interface LineBytes extends MetricBytes {
  /** The record of a refusal. */
  readonly refusalBytes: number
  /** The record of an allow. */
  readonly allowBytes: number
}

/** What X-Ray puts into the environment of each invocation; Powertools copies the root into its records. */
const traceId = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"

/** Lets the bundle refuse a token whose signature is wrong, and allow a good one, and measures what it writes. */
export async function measureLines(
  subject: Subject,
  { token }: Prepared,
  variables: { readonly [name: string]: string },
): Promise<LineBytes> {
  const last = token.lastIndexOf(".") + 1
  const forged = token.slice(0, last) + (token[last] === "A" ? "B" : "A") + token.slice(last + 1)
  const traced = { ...variables, _X_AMZN_TRACE_ID: traceId, HALLPASS_SAMPLE_ALLOWS: "1" }
  const bytesOf = async (sent: string, message: string): Promise<number> => {
    const { output } = await importSample(subject, { node: process.execPath }, traced, eventWith({ token: sent }))
    const record = output.split("\n").find((line) => line.includes(`"message":"${message}"`))
    if (record === undefined) throw new Error(`Nothing says ${message}`)
    return Buffer.byteLength(record) + 1
  }
  return {
    refusalBytes: await bytesOf(forged, "request refused"),
    allowBytes: await bytesOf(token, "request allowed"),
    ...measureMetrics(),
  }
}
