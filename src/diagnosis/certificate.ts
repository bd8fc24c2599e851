import { setImmediate as nextTurn } from "node:timers/promises"
import type { PeerCertificate, TLSSocket } from "node:tls"
import { proxyAgentFor } from "../keys/proxy.ts"
import type { KeyPolicy } from "../keys/settings.ts"
import { daysUntil, type Findings } from "./finding.ts"
import type { CertificateTimes } from "./probe.ts"

/**
 * When the certificate of a server ends, by a request of its own: fetches of the authorizer do not say it.
 *
 * @returns undefined for plain http, and if there is no answer: then the fetch has failed, too
 */
export async function certificateTimes(
  url: string,
  { ca, timeoutMs }: KeyPolicy,
): Promise<CertificateTimes | undefined> {
  if (!url.startsWith("https:")) return undefined
  const abandoned = new AbortController()
  const agent = await proxyAgentFor(url, process.env, abandoned.signal)
  const { promise, resolve } = Promise.withResolvers<CertificateTimes | undefined>()
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "")
  const { checkServerIdentity } = process.getBuiltinModule("node:tls")
  const outgoing = process.getBuiltinModule("node:https").request(url, {
    agent: (agent as false | undefined) ?? false,
    ca,
    // Through a proxy the socket does not know the host; the certificate must be the issuer's all the same.
    ...(agent !== undefined && {
      checkServerIdentity: (_: string, peer: PeerCertificate) => checkServerIdentity(host, peer),
    }),
  })
  const timer = setTimeout(() => resolve(undefined), timeoutMs)
  outgoing.on("error", () => resolve(undefined))
  outgoing.on("response", ({ socket }) => {
    // A proxy that refuses to connect answers without TLS.
    const end = "getPeerCertificate" in socket ? (socket as TLSSocket).getPeerCertificate().valid_to : undefined
    resolve(end === undefined ? undefined : { notAfterMs: Date.parse(end), ...proxyOf(agent) })
  })
  outgoing.end()
  const times = await promise
  clearTimeout(timer)
  // In a turn of its own: Node.js 24 ends with a fault if a connection over a proxy is destroyed by its own event.
  await nextTurn()
  outgoing.destroy()
  abandoned.abort()
  return times
}

function proxyOf(agent: unknown): { readonly proxy?: string } {
  const host = (Object(agent) as { readonly proxy?: { readonly host?: unknown } }).proxy?.host
  return typeof host === "string" ? { proxy: host } : {}
}

/** Most public authorities renew 30 days before the end. A later certificate was probably forgotten. */
export const certificateDays = { warning: 30, error: 14 }

/** What the end of a certificate means. */
export function judgeCertificate(
  what: string,
  { notAfterMs }: CertificateTimes,
  nowMs: number,
  findings: Findings,
): void {
  const left = daysUntil(notAfterMs, nowMs)
  if (left >= certificateDays.warning) return
  const when = new Date(notAfterMs).toISOString()
  const message =
    left < 0
      ? `The certificate of ${what} ended on ${when}.`
      : `The certificate of ${what} ends in ${left} days, on ${when}.`
  const remedy = "Ask its operator to renew it. From then on nothing that it serves is believed."
  if (left < certificateDays.error) findings.error("certificate", message, remedy, left < 0 ? "now" : when)
  else findings.warning("certificate", message, remedy, when)
}
