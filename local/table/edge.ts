import { randomBytes } from "node:crypto"
import { signEdgeRequest } from "../../src/edge.ts"
import type { AuthorizerConfig } from "../../src/index.ts"
import { type GatewayEvent, sampleEvent, withCredential } from "./event.ts"
import type { Kind } from "./kind.ts"
import type { Question } from "./row.ts"
import type { Verdict } from "./verdict.ts"

// An edge such as F5 BIG-IP APM has authenticated the user, and says so in headers that it signs with a key of its own.
const key = randomBytes(32)
const keys = JSON.stringify({ "edge-1": key.toString("hex") })

const configuration: AuthorizerConfig = {
  issuers: [],
  routes: { "GET /orders": { groups: ["Order Desk"] } },
  gateway: { resultTtlSeconds: 0, identitySources: [], unauthorized: "deny" },
  edge: {
    role: "identity",
    headers: { user: "x-edge-user", groups: { name: "x-edge-groups", format: "apm-list", dn: "cn" } },
    evidence: [{ hmac: { header: "x-edge-signature", keys: { env: "EDGE_KEYS" } } }],
  },
}

const identity = {
  "X-Edge-User": "alice",
  "X-Edge-Groups": "| CN=Order Desk,OU=Groups,DC=corp,DC=example | CN=VPN,OU=Groups,DC=corp,DC=example |",
}

/** What the edge sent, and the same after an attacker has put another user into it. */
const sent: readonly { readonly name: string; readonly headers: typeof identity; readonly expected: Verdict }[] = [
  { name: "signed", headers: identity, expected: { outcome: "allow", reason: "ok", answer: "Allow" } },
  {
    name: "spoofed",
    headers: { ...identity, "X-Edge-User": "mallory" },
    expected: { outcome: "unauthenticated", reason: "edge_signature_invalid", answer: "Deny" },
  },
]

/** The questions of an API behind an edge. */
export function edgeQuestions(kinds: readonly Kind[]): readonly Question[] {
  return kinds
    .filter(({ title }) => title === "REST REQUEST" || title === "HTTP 2.0 policy")
    .flatMap((kind) =>
      sent.map(({ name, headers, expected }) => ({
        kind: { ...kind, gateway: { ...kind.gateway, unauthorized: "deny" } },
        issuer: "edge",
        token: name,
        event: () => signedEvent(kind.event, headers),
        environment: { HALLPASS_CONFIG: JSON.stringify(configuration), EDGE_KEYS: keys },
        expected,
      })),
    )
}

/** A sample event with identity headers, and the edge's signature of what it wrote itself. */
function signedEvent(name: string, headers: typeof identity): GatewayEvent {
  const sample = sampleEvent(name)
  const { domainName, path, http } = sample.requestContext as {
    readonly domainName: string
    readonly path?: string
    readonly http?: { readonly path: string }
  }
  const signature = signEdgeRequest({
    ...{ key, keyId: "edge-1", unixSeconds: Math.floor(Date.now() / 1000) },
    ...{ method: "GET", host: domainName, path: path ?? http?.path ?? "/", headers: identity },
  })
  let event = withCredential(sample, undefined) ?? {}
  for (const [header, value] of Object.entries({ ...headers, "X-Edge-Signature": signature }))
    event = withCredential(event, value, header) ?? event
  return event
}
