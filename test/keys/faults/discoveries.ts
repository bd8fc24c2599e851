import { issuer } from "../../support/mint.ts"
import {
  answer,
  discoveryPath,
  drip,
  elsewhere,
  type Fault,
  type FetchResult,
  failure,
  goodSet,
  head,
  metadata,
  never,
  type Respond,
} from "./fault.ts"

const discovery = true as const
const wrong = (
  name: string,
  does: string,
  fetch: "issuer_mismatch" | "url_refused",
  changes: (origin: string) => object,
): Fault => failure(name, does, fetch, metadata(changes), { discovery, requests: 1 })
const leadsTo = (name: string, does: string, jwks_uri: unknown): Fault =>
  wrong(name, does, "url_refused", () => ({ jwks_uri }))
const document = (name: string, does: string, fetch: FetchResult, respond: Respond): Fault =>
  failure(name, does, fetch, respond, { discovery, requests: 1 })

/** Discovery documents that lead astray. */
export const discoveries: readonly Fault[] = [
  wrong("metadata-other-issuer", "metadata that names another issuer", "issuer_mismatch", () => ({
    issuer: "https://else.example",
  })),
  wrong("metadata-issuer-slash", "metadata that names the issuer with a slash at its end", "issuer_mismatch", () => ({
    issuer: `${issuer}/`,
  })),
  wrong("metadata-no-issuer", "metadata that names no issuer", "issuer_mismatch", () => ({ issuer: undefined })),
  wrong("metadata-issuer-list", "metadata that names the issuer in a list", "issuer_mismatch", () => ({
    issuer: [issuer],
  })),
  leadsTo("metadata-no-key-set", "metadata that names no key set", undefined),
  leadsTo("metadata-not-a-url", "metadata whose `jwks_uri` is no URL", elsewhere),
  wrong("metadata-http", "metadata that leads to plain http", "url_refused", (origin) => ({
    jwks_uri: `${origin.replace("https:", "http:")}/keys`,
  })),
  wrong("metadata-user-info", "metadata that leads to a URL with a password", "url_refused", (origin) => ({
    jwks_uri: `${origin.replace("//", "//user:password@")}/keys`,
  })),
  leadsTo("metadata-file", "metadata that leads to a file", "file:///etc/passwd"),
  leadsTo(
    "metadata-data",
    "metadata that leads to a `data:` URL with the good set in it",
    `data:application/json,${encodeURIComponent(goodSet)}`,
  ),
  leadsTo(
    "metadata-link-local",
    "metadata that leads to 169.254.169.254, where clouds keep credentials",
    "https://169.254.169.254/latest/meta-data/",
  ),
  leadsTo(
    "metadata-link-local-number",
    "metadata that leads there, the address written as one number",
    "https://2852039166/",
  ),
  leadsTo("metadata-link-local-ipv6", "metadata that leads to a link-local IPv6 address", "https://[fe80::1]/keys"),
  leadsTo(
    "metadata-link-local-mapped",
    "metadata that leads to 169.254.169.254 mapped into IPv6",
    "https://[::ffff:a9fe:a9fe]/keys",
  ),
  leadsTo(
    "metadata-ec2-ipv6",
    "metadata that leads to the same service of EC2 over IPv6",
    "https://[fd00:ec2::254]/latest/",
  ),
  document("metadata-status-404", "good metadata with status 404", "status", (exchange) => {
    exchange.response.statusCode = 404
    exchange.response.end(JSON.stringify({ issuer, jwks_uri: `${exchange.origin}/keys` }))
  }),
  document("metadata-redirect", "302 in place of the metadata", "status", answer("", { location: elsewhere }, 302)),
  document("metadata-html", "a page of HTML in place of the metadata", "not_a_key_set", answer("<!doctype html>")),
  document("metadata-is-key-set", "the key set in place of the metadata", "issuer_mismatch", answer(goodSet)),
  document("metadata-drip", "sends the metadata a few octets at a time", "timeout", drip(head(), " ")),
  failure(
    "metadata-loop",
    "metadata that leads to itself as the key set",
    "not_a_key_set",
    metadata((origin) => ({ jwks_uri: `${origin}${discoveryPath}` })),
    { discovery, requests: 2 },
  ),
  failure(
    "metadata-then-stall",
    "good metadata, and a key set that never comes",
    "timeout",
    (exchange) => {
      if (exchange.request.url === discoveryPath) metadata(() => ({}))(exchange)
      else never(exchange)
    },
    { discovery },
  ),
]
