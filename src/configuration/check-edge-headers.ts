import { listKeys } from "../edge/header-options.ts"
import { foldHeaderName } from "../edge/headers.ts"
import { flag, knownKeys, object, type Report, text, word } from "../problems/option-checks.ts"
import {
  certificateFields,
  dnModes,
  type EdgeHeaders,
  type HeaderOptions,
  headerFormats,
} from "../types/edge-options.ts"
import { checkContextKey } from "./declared/context.ts"

/** Names under which the context and the principal hold something else, or that mark another value. */
const taken = ["sub", "iss", "issuer", "exp", "tokenKind", "clientId", "tenant", "groupsIncomplete", "contextOmitted"]
const takenKeys = [...taken, "reason", "refused"]

/** Headers that proxies and the gateway write for themselves, or that carry other credentials. */
const unfit = new Set(
  ["connection", "host", "cookie", "forwarded", "via", "content-length", "transfer-encoding", "user-agent"].concat(
    ["for", "host", "port", "proto"].map((name) => `x-forwarded-${name}`),
  ),
)

/** The name of a header that only the edge may set. */
export function checkHeaderName(value: unknown, path: string, report: Report): string | undefined {
  const name = text(value, path, report)
  if (name === undefined) return undefined
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(name)) {
    report(
      path,
      "must be an RFC 9110 token of at most 128 characters: letters, digits and -._~, for example x-edge-user",
    )
    return undefined
  }
  if (unfit.has(foldHeaderName(name))) {
    report(
      path,
      "is a header that clients, proxies or the gateway use for something else. Choose another name, for example x-edge-user",
    )
    return undefined
  }
  return name
}

/** The identity headers. Returns what is sound of them. */
export function checkEdgeHeaders(value: unknown, path: string, report: Report): EdgeHeaders {
  const raw = object(value, path, report)
  if (raw === undefined) return {}
  const headers: { [contextKey: string]: HeaderOptions } = {}
  for (const [key, option] of Object.entries(raw)) {
    const at = `${path}.${key}`
    checkContextKey(key, at, report)
    if (takenKeys.includes(key) || key in {}) {
      report(at, `is a name that means something else. Choose another one than ${takenKeys.join(", ")}`)
    }
    const options = typeof option === "string" ? { name: option } : object(option, at, report)
    const checked = options && checkHeader(key, options, at, report)
    if (checked !== undefined) headers[key] = checked
  }
  if (raw.user === undefined) report(`${path}.user`, "missing")
  return headers
}

function checkHeader(
  key: string,
  raw: { readonly [option: string]: unknown },
  path: string,
  report: Report,
): HeaderOptions | undefined {
  knownKeys(raw, ["name", "format", "dn", "optional", "field"], path, report)
  const name = checkHeaderName(raw.name, `${path}.name`, report)
  const format = word(raw.format, `${path}.format`, report, headerFormats, "text")
  const optional = flag(raw.optional, `${path}.optional`, report, false)
  const isCertificate = format === "certificate" || format === "xfcc"
  const isList = listKeys.includes(key) || format === "apm-list" || format === "csv"
  if (key === "user" && optional)
    report(`${path}.optional`, "must be false: without a user there is no identity. Remove this option")
  if (key === "user" && isList) report(`${path}.format`, 'must be a format of one value, such as "text" or "base64url"')
  if (raw.dn !== undefined && (!isList || isCertificate)) {
    report(
      `${path}.dn`,
      'goes with lists of names only: format "apm-list" or "csv", or groups, roles, permissions, scopes. Remove this option',
    )
  }
  if (isCertificate && raw.field === undefined) {
    report(
      `${path}.field`,
      `is missing. Set it to what of the certificate is the value: ${certificateFields.join(", ")}`,
    )
  }
  if (!isCertificate && raw.field !== undefined)
    report(`${path}.field`, 'goes with format "certificate" or "xfcc" only. Set the format, or remove this option')
  const dn = raw.dn === undefined ? undefined : word(raw.dn, `${path}.dn`, report, dnModes, "dn")
  const field =
    raw.field === undefined ? undefined : word(raw.field, `${path}.field`, report, certificateFields, "subject")
  return name === undefined ? undefined : { name, format, optional, ...(dn && { dn }), ...(field && { field }) }
}

/** A header of the configuration: where it stands, and what it is for. */
export interface NamedHeader {
  readonly name: string
  readonly path: string
  /** Evidence of one kind may share a header; everything else has one of its own. */
  readonly use: "identity" | "credential" | "jws" | "hmac" | "secret"
}

/** Two names that some program takes for one (SR-122) would let one header pass for the other. */
export function checkDistinct(named: readonly NamedHeader[], report: Report): void {
  const first = new Map<string, NamedHeader>()
  for (const header of named) {
    const folded = foldHeaderName(header.name)
    const before = first.get(folded)
    if (before === undefined) {
      first.set(folded, header)
      continue
    }
    const sameName = before.name.toLowerCase() === header.name.toLowerCase()
    const isEvidence = header.use !== "identity" && header.use !== "credential"
    if (sameName && isEvidence && before.use === header.use) continue
    report(
      header.path,
      sameName
        ? `names the same header as ${before.path}; give each its own`
        : `is an alias of the header at ${before.path}: many programs take - _ and . for one; choose another name`,
    )
  }
}
