import { readQuery } from "../http/access-request.ts"
import { type Option, option, text } from "../problems/declaration.ts"
import { knownKeys } from "../problems/option-checks.ts"
import { isObject } from "../shared/is-object.ts"
import type { CredentialOptions } from "../types/configuration.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import { ownMember } from "./own-member.ts"
import type { ServiceRequest } from "./service-request.ts"

/**
 * The place of the credential in an event of IoT Core: its `token`, the password of MQTT, a header or a query string
 * parameter of the HTTP request. `scheme` is as in the `credential` block: `"Bearer"` by default, null for a bare token.
 */
export type IotCredential =
  | "token"
  | "mqtt-password"
  | { readonly header: string; readonly scheme?: string | null }
  | { readonly query: string }

const headerName = text(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "header_name")
const scheme = text(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "scheme")
const queryName = text()

export const iotCredential: Option<IotCredential> = option("iotCredential", [], (value, path, report) => {
  if (value === "token" || value === "mqtt-password") return value
  if (!isObject(value) || (value.header === undefined) === (value.query === undefined)) {
    report(path, 'must be "token", "mqtt-password", { "header": "Authorization" } or { "query": "token" }')
    return undefined
  }
  if (value.query !== undefined) {
    knownKeys(value, ["query"], path, report)
    const query = queryName.check(value.query, `${path}.query`, report)
    return query === undefined ? undefined : { query }
  }
  knownKeys(value, ["header", "scheme"], path, report)
  const header = headerName.check(value.header, `${path}.header`, report)
  if (typeof value.scheme === "string") scheme.check(value.scheme, `${path}.scheme`, report)
  else if (value.scheme !== undefined && value.scheme !== null) report(`${path}.scheme`, "scheme")
  return header === undefined
    ? undefined
    : { header, ...("scheme" in value && { scheme: value.scheme as string | null }) }
})

/** The place as the credential stage reads it: what is no header or parameter is put into one. */
export function placeOf(credential: IotCredential): CredentialOptions {
  return typeof credential === "string" ? { header: "token", scheme: null } : credential
}

/** Where the credential is, of a request. */
type Found = Pick<ServiceRequest, "headers" | "multiValueQuery">

const malformed = refusal("credential_malformed")
const tooLong = refusal("token_too_long")
const nothing: Found = {}

/** What the credential stage may look at: one place of the event, and no other. */
export function credentialIn(event: unknown, credential: IotCredential): Found | Refusal {
  if (credential === "token") return bare(ownMember(event, "token"))
  const data = ownMember(event, "protocolData")
  if (credential === "mqtt-password") return decoded(ownMember(ownMember(data, "mqtt"), "password"))
  const http = ownMember(data, "http")
  if ("header" in credential) return headersOf(ownMember(http, "headers"))
  return queryOf(ownMember(http, "queryString"))
}

function bare(token: unknown): Found {
  return { headers: { token: token === "" ? undefined : token } }
}

/** Longest text that is looked at, characters: more than the longest token needs. */
const maxLength = 32_768

/** IoT Core writes the password of MQTT, which is bytes, in base64. */
function decoded(password: unknown): Found | Refusal {
  if (password === undefined || password === null || password === "") return nothing
  if (typeof password !== "string") return malformed
  if (password.length > maxLength) return tooLong
  const bytes = Buffer.from(password, "base64")
  // What is no base64 (RFC 4648 section 4) is not written like this, nor are unused bits that are set.
  if (bytes.toString("base64") !== password) return malformed
  return { headers: { token: bytes.toString("latin1") } }
}

function headersOf(headers: unknown): Found | Refusal {
  if (headers === undefined || headers === null) return nothing
  return isObject(headers) ? { headers } : malformed
}

function queryOf(text: unknown): Found | Refusal {
  if (text === undefined || text === null || text === "") return nothing
  if (typeof text !== "string") return malformed
  return text.length > maxLength ? tooLong : { multiValueQuery: readQuery(text) }
}
