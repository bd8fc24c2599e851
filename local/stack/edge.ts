import { randomBytes } from "node:crypto"
import { signEdgeRequest } from "../../src/edge.ts"
import type { AuthorizerConfig } from "../../src/index.ts"
import type { ApiSettings, ClientRequest } from "../gateway/api.ts"
import type { State } from "../server/control-api.ts"

type EdgeBlock = NonNullable<AuthorizerConfig["edge"]>
type Signing = NonNullable<EdgeBlock["evidence"][number]["hmac"]>

/** The edge of the demonstration: it has authenticated the user, and says so in headers that it signs. */
export const demoEdge: EdgeBlock = {
  role: "identity",
  headers: { user: "x-edge-user", groups: { name: "x-edge-groups", format: "apm-list", dn: "cn" } },
  evidence: [{ hmac: { header: "x-edge-signature", keys: { env: "HALLPASS_LOCAL_EDGE_KEYS" } } }],
}

/**
 * Puts a key for the edge into the environment of this process, where the configuration reads it from a variable that
 * is not set. A key of the user is left alone.
 */
export function provideEdgeKeys({ edge }: AuthorizerConfig): void {
  const keys = edge === undefined ? undefined : signingOf(edge)?.keys
  if (keys === undefined || !("env" in keys) || process.env[keys.env] !== undefined) return
  process.env[keys.env] = JSON.stringify({ "local-1": randomBytes(32).toString("hex") })
}

/** What the page offers of an edge: its identity headers with examples, and whether the stack can sign for it. */
export function edgeStateOf(edge: EdgeBlock): NonNullable<State["edge"]> {
  const signing = signingOf(edge)
  return {
    headers: Object.fromEntries(
      Object.entries(edge.headers).map(([key, option]) => [nameOf(option), exampleOf(key, option)]),
    ),
    signs: signing !== undefined && keyOf(signing) !== undefined,
  }
}

/** Identity headers, with the edge's signature if the stack has its key. @param nowMs milliseconds since the epoch */
export function signedHeaders(
  edge: EdgeBlock,
  headers: { readonly [name: string]: string },
  request: ClientRequest,
  api: ApiSettings,
  nowMs: number,
): ClientRequest["headers"] {
  const own = Object.entries(headers).filter(([, value]) => value !== "")
  const signing = signingOf(edge)
  const key = signing && keyOf(signing)
  if (signing === undefined || key === undefined) return own
  const given = new Map(own.map(([name, value]) => [name.toLowerCase(), value]))
  // A header that is not sent is signed as empty, so that a client cannot add it.
  const names = Object.values(edge.headers).map((option) => nameOf(option).toLowerCase())
  const signature = signEdgeRequest({
    ...{ keyId: key.id, key: key.bytes, unixSeconds: Math.floor(nowMs / 1000), method: request.method },
    ...{ host: api.domainName, path: api.stage === "$default" ? request.path : `/${api.stage}${request.path}` },
    headers: Object.fromEntries(names.map((name) => [name, given.get(name) ?? ""])),
  })
  return [...own, [signing.header, signature]]
}

function signingOf({ evidence }: EdgeBlock): Signing | undefined {
  return evidence.find(({ hmac }) => hmac !== undefined)?.hmac
}

function keyOf({ keys }: Signing): { readonly id: string; readonly bytes: Buffer } | undefined {
  if (!("env" in keys)) return undefined
  try {
    const [first] = Object.entries(JSON.parse(process.env[keys.env] ?? "") as { readonly [id: string]: string })
    return first === undefined ? undefined : { id: first[0], bytes: Buffer.from(String(first[1]), "hex") }
  } catch {
    return undefined
  }
}

type Option = EdgeBlock["headers"][string]
const nameOf = (option: Option): string => (typeof option === "string" ? option : option.name)

function exampleOf(key: string, option: Option): string {
  const format = typeof option === "string" ? "text" : (option.format ?? "text")
  if (format === "apm-list") return "| CN=finance,OU=Groups,DC=corp,DC=example |"
  if (format === "csv") return "finance"
  if (format === "base64url") return Buffer.from("alice").toString("base64url")
  return format === "text" && key === "user" ? "alice" : ""
}
