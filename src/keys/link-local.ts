import type { LookupAddress, LookupOptions } from "node:dns"
import type { BlockList } from "node:net"
import { within } from "../renewal/deadline.ts"
import { FetchFailure } from "./document.ts"

let linkLocal: BlockList | undefined

/** Link-local and metadata addresses: what a hostile discovery document would have us ask for credentials (SR-093). */
function blockList(): BlockList {
  if (linkLocal === undefined) {
    const { BlockList: List } = process.getBuiltinModule("node:net")
    linkLocal = new List()
    linkLocal.addSubnet("169.254.0.0", 16, "ipv4") // RFC 3927; the metadata services of the clouds live here
    linkLocal.addSubnet("fe80::", 10, "ipv6") // RFC 4291 section 2.5.6
    linkLocal.addSubnet("fd00:ec2::", 32, "ipv6") // EC2's metadata, DNS and time services over IPv6
    // The first range, written as IPv6: mapped, compatible (RFC 4291 section 2.5.5), NAT64 (RFC 6052), 6to4 (RFC 3056).
    for (const prefix of ["::ffff:", "::", "64:ff9b::"]) linkLocal.addSubnet(`${prefix}169.254.0.0`, 112, "ipv6")
    linkLocal.addSubnet("2002:a9fe::", 32, "ipv6")
  }
  return linkLocal
}

/** Whether a host is such an address in itself. @param host an address, in brackets if it is IPv6, or a name */
export function isLinkLocal(host: string): boolean {
  const { isIP } = process.getBuiltinModule("node:net")
  const address = host.startsWith("[") ? host.slice(1, -1) : host
  const family = isIP(address)
  return family !== 0 && blockList().check(address, family === 4 ? "ipv4" : "ipv6")
}

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void

/**
 * Name resolution that refuses a name as soon as one of its addresses is link-local. It is part of the connection, so
 * that no second look-up can give another answer.
 */
export function guardedLookup(host: string, options: LookupOptions, callback: LookupCallback): void {
  const { lookup } = process.getBuiltinModule("node:dns")
  lookup(host, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? []
    if (error !== null) callback(error, [])
    else if (first === undefined || addresses.some(({ address }) => isLinkLocal(address))) {
      callback(new FetchFailure("url_refused"), [])
    } else if (options.all === true) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}

/** Names that the clouds give to their metadata services. */
const metadataNames = ["instance-data", "instance-data.ec2.internal", "metadata", "metadata.google.internal"]

/**
 * Refuses a name that a proxy would resolve, if it is a metadata service's, or if one of its addresses here is
 * link-local. That is as much as can be known: what the proxy's own resolver says is not seen, and here the name may
 * have no address.
 *
 * @param timeoutMs how long to wait for the resolver
 * @throws FetchFailure (rejects) `url_refused`
 */
export async function refuseLinkLocalName(host: string, timeoutMs: number): Promise<void> {
  if (metadataNames.includes(host.toLowerCase().replace(/\.$/, ""))) throw new FetchFailure("url_refused")
  const resolved = new Promise<unknown>((resolve) => {
    guardedLookup(host, {}, (error) => resolve(error))
  })
  const error = await within(timeoutMs, resolved, () => new Error("slow")).catch(() => undefined)
  if (error instanceof FetchFailure) throw error
}
