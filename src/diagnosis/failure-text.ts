import type { FetchFailure } from "../keys/document.ts"
import type { KeyPolicy } from "../keys/settings.ts"
import { shown } from "./finding.ts"
import type { Probe } from "./probe.ts"

/** What is wrong, and what to do. */
export interface FailureText {
  readonly message: string
  readonly remedy: string
}

const network: readonly (readonly [codes: RegExp, what: string, remedy: string])[] = [
  [
    /^(?:ENOTFOUND|EAI_\w+)$/,
    "its host name is not known to DNS",
    "Compare the host with the issuer of your tokens. For a private name, ask from a network that knows it.",
  ],
  [/^ECONNREFUSED$/, "the connection was refused", "Check host and port, and whether the server runs."],
  [/^(?:ECONNRESET|EPIPE)$/, "the connection was closed", "Look for a firewall or a proxy in between."],
  [
    /^(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/,
    "there is no way to its host",
    "Look for a firewall, a missing NAT gateway or a missing proxy.",
  ],
  [/^CERT_HAS_EXPIRED$/, "its certificate has ended", "Ask its operator to renew the certificate."],
  [
    /^CERT_NOT_YET_VALID$/,
    "its certificate is not valid yet",
    "Check the clock of this machine, then the certificate.",
  ],
  [
    /^(?:ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/,
    "its certificate is for another host",
    "Check the host name.",
  ],
  [
    /CERT|UNABLE_TO|SELF_SIGNED|INVALID_CA/,
    "its certificate is not from an authority that is trusted",
    "If the authority is your own, name its PEM file in keys.ca. A proxy that breaks TLS open is refused, too.",
  ],
  [/^(?:ERR_SSL|EPROTO)/, "TLS failed", "Check that the port speaks TLS 1.2 or newer."],
]

/** A request without an answer, in words. */
export function failureText({ url, failure, ms }: Probe, policy: KeyPolicy): FailureText {
  const { kind, facts } = failure as FetchFailure
  const by = facts.proxy === undefined ? "" : ` through the proxy ${shown(facts.proxy)}`
  if (kind === "timeout")
    return {
      message: `${url} did not answer within ${policy.timeoutMs} ms${by}.`,
      remedy: "Find out what is slow, or raise keys.timeoutMs (at most 8000).",
    }
  if (kind === "too_large")
    return {
      message: `${url} answers with more bytes than are read (${policy.maxBytes}).`,
      remedy: "Check the address. If it is right, raise keys.maxBytes.",
    }
  if (kind === "url_refused")
    return {
      message: `${url} is not fetched: only https is.`,
      remedy: "Use https. Plain http is for loopback addresses with keys.allowHttpLoopback.",
    }
  if (kind !== "network")
    return {
      message: `${url} gives an answer that cannot be read${by}.`,
      remedy: "Open the address yourself and look.",
    }
  const { code = "" } = facts
  const [, what, remedy] = network.find(([codes]) => codes.test(code)) ?? [
    undefined,
    `the network failed after ${ms} ms`,
    facts.proxy === undefined ? "Try the address from the same network." : "Check that the proxy may reach this host.",
  ]
  return { message: `${url} cannot be reached${by}: ${what}${code === "" ? "" : ` (${code})`}.`, remedy }
}

/** An answer with a status other than 200, in words. */
export function statusText(url: string, status: number, location: string | undefined): FailureText {
  if (status >= 300 && status < 400)
    return {
      message:
        `${url} redirects (${status})${location === undefined ? "" : ` to ${shown(location)}`}; ` +
        "hallpass follows no redirect.",
      remedy: "Configure the address at which the document is.",
    }
  if (status === 404 || status === 410)
    return {
      message: `${url} answers ${status}: there is no such document.`,
      remedy: "Check the issuer's spelling: tenant, authorization server, upper and lower case.",
    }
  if (status === 401 || status === 403)
    return {
      message: `${url} answers ${status}: it wants a login, or refuses this network.`,
      remedy: "The document must be public for the function's network.",
    }
  if (status === 429)
    return { message: `${url} answers 429: too many requests.`, remedy: "Look for what else fetches keys so often." }
  return { message: `${url} answers ${status}.`, remedy: "Look at the status page of the issuer." }
}
