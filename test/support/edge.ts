import {
  type EdgeEvidence,
  type EdgeHeaders,
  type EdgeOptions,
  type EdgeV1Signing,
  type FetchSecret,
  signEdgeRequest,
} from "../../src/edge.ts"
import { type Authorizer, type AuthorizerConfig, type AuthorizerParts, createAuthorizer } from "../../src/index.ts"
import type { EventKind } from "../../src/types/request.ts"
import { type EventOptions, eventBuilders } from "./events.ts"
import { clock, nowSeconds } from "./mint.ts"

/** The edge's key, and its id. */
export const keyHex = "e270f4e63ef29495044fae84349f1b94e925c12365f8bb70db0ee3ef71df56f1"
export const key: Buffer = Buffer.from(keyHex, "hex")
export const keyId = "k1"
/** The key of the published test vector. It is for signers: every verifier refuses it. */
export const vectorKeyHex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
/** A second key, for rotations. */
export const otherKeyHex = "94d8d7ce0e6181fd23755ffc008d80c5a124f350c745eae9ebe85d6b9740b4a2"
export const secret = "Correct-Horse-Battery-Staple-42"

/** What the gateway says of a connection. */
export interface EdgeConnection {
  readonly host?: string | null
  readonly sourceIp?: string
  readonly vpceId?: string
  readonly clientCertPem?: string
}

/** The kinds of events that have headers. */
export const headerKinds = ["rest-request", "http-1.0", "http-2.0", "websocket"] as const
export type HeaderKind = (typeof headerKinds)[number]

export const host = "api.example.com"

/** An event with the connection that an edge makes. */
export function edgeEvent(
  kind: EventKind,
  options: EventOptions & { readonly authorization?: string } = {},
  { host: domainName = host, sourceIp = "192.0.2.1", vpceId, clientCertPem }: EdgeConnection = {},
): { [name: string]: unknown } {
  const event = eventBuilders[kind](options.authorization, options)
  if (kind === "rest-token") return event
  const context = event.requestContext as { [name: string]: unknown }
  const clientCert = clientCertPem === undefined ? undefined : { clientCertPem, serialNumber: "1" }
  const own =
    kind === "http-2.0"
      ? { http: { ...(context.http as object), sourceIp }, ...(clientCert && { authentication: { clientCert } }) }
      : { identity: { sourceIp, ...(vpceId && { vpceId }), ...(clientCert && { clientCert }) } }
  return { ...event, requestContext: { ...context, ...(domainName === null ? {} : { domainName }), ...own } }
}

/** The path that the client called to get to `/orders/7` of the builders' stage. */
export function calledPath(kind: HeaderKind, path = "/orders/7"): string {
  if (kind === "websocket") return "/prod"
  return kind === "http-2.0" ? path : `/prod${path}`
}

/** The signature header of a GET request, with changes. */
export function signature(
  kind: HeaderKind,
  headers: { readonly [name: string]: string },
  changes: Partial<EdgeV1Signing> = {},
): string {
  const path = calledPath(kind)
  return signEdgeRequest({ keyId, key, unixSeconds: nowSeconds, method: "GET", host, path, headers, ...changes })
}

/** The headers of the tests' edge. */
export const identityHeaders: EdgeHeaders = {
  user: "x-edge-user",
  groups: { name: "x-edge-groups", format: "apm-list", dn: "cn" },
}

/** What the edge sends for alice. */
export const alice: { readonly [name: string]: string } = {
  "x-edge-user": "alice",
  "x-edge-groups": "| CN=Ops,OU=G,DC=corp,DC=example | 0x436f6d707465735fc3a964697465757273 |",
}

/** The stored secrets by name, current value first. */
export const stored: { readonly [name: string]: readonly [current: string, previous?: string] } = {
  "edge/hmac": [JSON.stringify({ [keyId]: keyHex }), JSON.stringify({ k0: otherKeyHex })],
  "edge/origin": [secret, "Previous-Horse-Battery-Staple-41"],
}

/** Secrets Manager, as far as an authorizer sees it. */
export const secrets: FetchSecret = async (reference) => {
  const [current, previous] = ("secretsManager" in reference && stored[reference.secretsManager]) || []
  if (current === undefined) throw new Error("there is no such secret")
  return previous === undefined ? { current } : { current, previous }
}

export const hmacEntry: EdgeEvidence = {
  hmac: { header: "x-edge-signature", keys: { secretsManager: "edge/hmac" }, windowSeconds: 60 },
}
export const secretPart: NonNullable<EdgeEvidence["secret"]> = {
  header: "x-origin-verify",
  values: { secretsManager: "edge/origin" },
}

/** A configuration whose callers are who the edge says, with changes to the `edge` block and to the rest. */
export function edgeConfig(edge: Partial<EdgeOptions> = {}, changes: Partial<AuthorizerConfig> = {}): AuthorizerConfig {
  return {
    issuers: [],
    gateway: { resultTtlSeconds: 0, identitySources: [] },
    edge: { role: "identity", headers: identityHeaders, evidence: [hmacEntry], ...edge },
    ...changes,
  }
}

/** An authorizer with the tests' secrets, that has them at hand. */
export async function edgeAuthorizer(config: AuthorizerConfig, parts: AuthorizerParts = {}): Promise<Authorizer> {
  const authorizer = createAuthorizer(config, { clock, secrets, ...parts })
  await authorizer.warmUp()
  return authorizer
}
