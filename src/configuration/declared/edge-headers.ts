import { foldHeaderName } from "../../edge/headers.ts"
import { block, byDefault, flag, type Option, option, required, words } from "../../problems/declaration.ts"
import { object, type Report, text } from "../../problems/option-checks.ts"
import {
  certificateFields,
  dnModes,
  type EdgeHeaders,
  type HeaderOptions,
  headerFormats,
} from "../../types/edge-options.ts"
import { checkContextKey } from "./context.ts"

/** An identity header with its defaults. */
export type CheckedHeader = HeaderOptions & Required<Pick<HeaderOptions, "format" | "optional">>

/** Names under which the context and the principal hold something else, or that mark another value. */
const taken = ["sub", "iss", "issuer", "exp", "tokenKind", "clientId", "tenant", "groupsIncomplete", "contextOmitted"]
export const takenKeys: readonly string[] = [...taken, "reason", "refused"]

/** Headers that proxies and the gateway write for themselves, or that carry other credentials. */
export const unfitHeaders: ReadonlySet<string> = new Set(
  ["connection", "host", "cookie", "forwarded", "via", "content-length", "transfer-encoding", "user-agent"].concat(
    ["for", "host", "port", "proto"].map((name) => `x-forwarded-${name}`),
  ),
)

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/ // RFC 9110 section 5.1

/** The name of a header that only the edge may set. */
export const headerName: Option<string> = option("headerName", [token], checkHeaderName)

/** What a name in place of the options leaves open. */
export const headerBlock: Option<HeaderOptions, "optional", CheckedHeader> = block<HeaderOptions, CheckedHeader>({
  name: required(headerName),
  format: byDefault(words(...headerFormats), "text"),
  dn: words(...dnModes),
  optional: byDefault(flag, false),
  field: words(...certificateFields),
})

/** Context key to header. As checked, it holds what is sound. */
export const headerMap: Option<EdgeHeaders, "optional", { readonly [contextKey: string]: CheckedHeader }> = option(
  "headers",
  [takenKeys, headerBlock],
  checkHeaders,
)

function checkHeaderName(value: unknown, path: string, report: Report): string | undefined {
  const name = text(value, path, report)
  if (name === undefined) return undefined
  if (!token.test(name)) {
    report(
      path,
      "must be an RFC 9110 token of at most 128 characters: letters, digits and -._~, for example x-edge-user",
    )
    return undefined
  }
  if (unfitHeaders.has(foldHeaderName(name))) {
    report(
      path,
      "is a header that clients, proxies or the gateway use for something else. Choose another name, for example x-edge-user",
    )
    return undefined
  }
  return name
}

function checkHeaders(value: unknown, path: string, report: Report) {
  const raw = object(value, path, report)
  if (raw === undefined) return undefined
  const headers: { [contextKey: string]: CheckedHeader } = {}
  for (const [key, written] of Object.entries(raw)) {
    const at = `${path}.${key}`
    checkContextKey(key, at, report)
    if (takenKeys.includes(key) || key in {})
      report(at, `is a name that means something else. Choose another one than ${takenKeys.join(", ")}`)
    const header = headerBlock.check(typeof written === "string" ? { name: written } : written, at, report)
    if (header?.name !== undefined) headers[key] = header
  }
  if (raw.user === undefined) report(`${path}.user`, "missing")
  return headers
}
