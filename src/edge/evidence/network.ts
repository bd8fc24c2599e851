import type { BlockList } from "node:net"
import { refusal } from "../../types/reasons.ts"
import { missing, timeless, type VerifyEvidence } from "./evidence.ts"

const refused = refusal("edge_network_refused")

/** The request came through one of these VPC endpoints (private REST APIs). */
export function vpceEvidence(ids: readonly string[]): VerifyEvidence {
  const allowed = new Set(ids)
  return ({ connection: { vpceId } }) => {
    if (vpceId === undefined) return missing
    return allowed.has(vpceId) ? timeless : refused
  }
}

/** A range of addresses, taken apart. */
export interface AddressRange {
  readonly address: string
  readonly prefix: number
  readonly family: "ipv4" | "ipv6"
}

/**
 * Reads `192.0.2.0/24`, `2001:db8::/32` or a single address.
 *
 * @returns undefined for everything else, also for the range of all addresses, which would prove nothing
 */
export function readRange(text: string): AddressRange | undefined {
  const slash = text.indexOf("/")
  const address = slash < 0 ? text : text.slice(0, slash)
  const version = process.getBuiltinModule("node:net").isIP(address)
  if (version === 0 || address.includes("%")) return undefined
  const bits = version === 4 ? 32 : 128
  const prefixText = slash < 0 ? String(bits) : text.slice(slash + 1)
  if (!/^[1-9][0-9]{0,2}$/.test(prefixText) || Number(prefixText) > bits) return undefined
  return { address, prefix: Number(prefixText), family: version === 4 ? "ipv4" : "ipv6" }
}

/**
 * The immediate TCP peer, as the gateway names it, has one of these addresses (SR-128). An addition to other evidence:
 * egress addresses are shared, and every host that uses them qualifies.
 */
export function cidrEvidence(ranges: readonly AddressRange[]): VerifyEvidence {
  const { BlockList: List, isIP } = process.getBuiltinModule("node:net") // loaded only where addresses are configured
  const allowed: BlockList = new List()
  for (const { address, prefix, family } of ranges) allowed.addSubnet(address, prefix, family)
  return ({ connection: { sourceIp } }) => {
    const version = sourceIp === undefined ? 0 : isIP(sourceIp)
    if (sourceIp === undefined || version === 0) return refused
    return allowed.check(sourceIp, version === 4 ? "ipv4" : "ipv6") ? timeless : refused
  }
}
