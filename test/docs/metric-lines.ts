import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"

/** Bytes of one line of metrics each, its end included. */
export interface MetricBytes {
  /** What is written together for all decisions since the last time, here 100 of them. */
  readonly metricBytes: number
  /** One reason among them. */
  readonly detailBytes: number
}

/** The records of one environment between two times at which it writes, with the latencies of a usual function. */
const program = (observe: string): string => `
  import { createPowertoolsObserver } from ${JSON.stringify(observe)}
  const observer = createPowertoolsObserver({ clock: () => 0 })
  const issuer = "https://issuer.example/"
  const allow = (at) => ({ outcome: "allow", reason: "ok", issuer, durationUs: 9 + (at * 7.3) % 40, tokenCacheHit: at % 10 > 0 })
  observer.keyFetch({ issuer, ok: true, ageSeconds: 1234 })
  observer.decision(allow(0))
  await new Promise((resolve) => setTimeout(resolve, 0)).then(() => observer.flush())
  for (let at = 0; at < 99; at++) observer.decision(allow(at))
  observer.decision({ outcome: "unauthenticated", reason: "signature_invalid", issuer, durationUs: 45.6, tokenCacheHit: false })
  await observer.flush()`

/** Lets the observer count what an environment decides in some seconds, and measures what it writes then. */
export function measureMetrics(): MetricBytes {
  const observe = fileURLToPath(new URL("../../src/observe.ts", import.meta.url))
  const lines = execFileSync(process.execPath, ["--input-type=module", "-e", program(observe)], {
    encoding: "utf8",
    env: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
  }).split("\n")
  const [total, detail] = [
    lines.findLast((line) => line.includes('"Allowed"')),
    lines.find((line) => line.includes('"Decisions"')),
  ]
  if (total === undefined || detail === undefined) throw new Error(`The observer wrote ${lines.length} other lines`)
  return { metricBytes: Buffer.byteLength(total) + 1, detailBytes: Buffer.byteLength(detail) + 1 }
}
