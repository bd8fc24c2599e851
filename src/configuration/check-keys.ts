import type { KeyPolicy } from "../keys/settings.ts"
import { flag, knownKeys, number, object, type Report, text } from "../problems/option-checks.ts"
import { withoutByteOrderMark } from "../shared/byte-order-mark.ts"
import { nodeCrypto } from "../shared/node-crypto.ts"

type Bounds = { readonly min: number; readonly max: number; readonly unit: string }

const seconds = (min: number, max: number): Bounds => ({ min, max, unit: "seconds" })
const bounds = {
  timeoutMs: { min: 100, max: 8000, unit: "milliseconds" },
  maxBytes: { min: 1024, max: 4_194_304, unit: "bytes" },
  cooldownSeconds: seconds(1, 3600),
  refreshAfterSeconds: seconds(300, 86_400),
  waitAfterSeconds: seconds(300, 604_800),
  expireAfterSeconds: seconds(300, 2_592_000),
  graceSeconds: seconds(0, 172_800),
} as const satisfies { readonly [option: string]: Bounds }

/** A `keys` block; `base` fills in what it leaves out: the defaults, the preset's, the whole configuration's. */
export function checkKeys(value: unknown, path: string, report: Report, base: KeyPolicy): KeyPolicy {
  if (value === undefined) return base
  const raw = object(value, path, report)
  if (raw === undefined) return base
  knownKeys(raw, Object.keys(base), path, report)
  const bounded = (name: keyof typeof bounds): number =>
    number(raw[name], `${path}.${name}`, report, { ...bounds[name], fallback: base[name] })
  const policy: KeyPolicy = {
    timeoutMs: bounded("timeoutMs"),
    maxBytes: bounded("maxBytes"),
    cooldownSeconds: bounded("cooldownSeconds"),
    refreshAfterSeconds: bounded("refreshAfterSeconds"),
    waitAfterSeconds: bounded("waitAfterSeconds"),
    expireAfterSeconds: bounded("expireAfterSeconds"),
    graceSeconds: bounded("graceSeconds"),
    allowHttpLoopback: flag(raw.allowHttpLoopback, `${path}.allowHttpLoopback`, report, base.allowHttpLoopback),
    ca: raw.ca === undefined ? base.ca : certificates(raw.ca, `${path}.ca`, report),
  }
  if (policy.refreshAfterSeconds > policy.waitAfterSeconds || policy.waitAfterSeconds > policy.expireAfterSeconds) {
    report(path, "refresh_order")
  }
  return policy
}

/** PEM text as it is, or the text of the PEM file that a path names; every certificate in it must be one. */
function certificates(value: unknown, path: string, report: Report): string | undefined {
  const mark = "-----BEGIN CERTIFICATE-----"
  const inline = typeof value === "string" && value.includes(mark)
  const name = inline ? "" : text(value, path, report)
  if (name === undefined) return undefined
  try {
    const pem = withoutByteOrderMark(inline ? value : process.getBuiltinModule("node:fs").readFileSync(name, "utf8"))
    const parts = pem.split(mark).slice(1)
    if (parts.length === 0) throw new TypeError("no certificate")
    for (const part of parts) new nodeCrypto.X509Certificate(mark + part)
    return pem
  } catch (error) {
    // A system that fails is no mistake of the configuration.
    if (/^E(?:IO|[MN]FILE|NOMEM|AGAIN|BUSY)$/.test(Object(error).code)) throw error
    report(path, "certificates")
    return undefined
  }
}
