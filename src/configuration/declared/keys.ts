import type { KeyPolicy } from "../../keys/settings.ts"
import { byDefault, type Declaration, flag, number, type Option, option } from "../../problems/declaration.ts"
import { type Report, text } from "../../problems/option-checks.ts"
import { withoutByteOrderMark } from "../../shared/byte-order-mark.ts"
import { nodeCrypto } from "../../shared/node-crypto.ts"
import type { KeyOptions } from "../../types/key-options.ts"

const seconds = (min: number, max: number): Option<number> => number(min, max, "seconds")

/** PEM text as it is, or the text of the PEM file that a path names. */
const certificates: Option<string> = option("certificates", [], readCertificates)

/** The `keys` block, of the whole configuration and of an issuer. Presets have other defaults. */
export const keyOptions: Declaration<KeyOptions, KeyPolicy> = {
  timeoutMs: byDefault(number(100, 8000, "milliseconds"), 3000),
  maxBytes: byDefault(number(1024, 4_194_304, "bytes"), 524_288),
  cooldownSeconds: byDefault(seconds(1, 3600), 30),
  refreshAfterSeconds: byDefault(seconds(300, 86_400), 3600),
  waitAfterSeconds: byDefault(seconds(300, 604_800), 7200),
  expireAfterSeconds: byDefault(seconds(300, 2_592_000), 86_400),
  graceSeconds: byDefault(seconds(0, 172_800), 0),
  ca: certificates,
  allowHttpLoopback: byDefault(flag, false),
}

/** Every certificate of the text must be one. */
function readCertificates(value: unknown, path: string, report: Report): string | undefined {
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
