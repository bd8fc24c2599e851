import type { AuthorizerContext } from "../answer/context.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { ConfigurationError, type ConfigurationProblem } from "../types/errors.ts"
import { identityPrefix } from "./received-headers.ts"

/** What the context of every principal can have without being configured, in the order of importance. */
export const defaultContextKeys: readonly string[] = [
  ...["sub", "issuer", "tokenKind", "clientId", "tenant", "exp", "groupsIncomplete"],
  ...["scopes", "roles", "groups", "permissions", "contextOmitted"],
]

/**
 * Keys of the context that are added to an answer when it is made, because they are about one request or end soon: the
 * assertion, and the trace ids with `observe.traceContext`.
 */
export function addedKeys({ assertion, observe }: AuthorizerConfig): readonly string[] {
  return [
    ...(assertion === undefined ? [] : ["assertion"]),
    ...(observe?.traceContext === true ? ["xrayTraceId", "traceparent"] : []),
  ]
}

/** The header of a key of the context. */
export const headerOf = (key: string): string => identityPrefix + key.toLowerCase()

/** The headers that the service sets for the upstream: all of them in every allow. */
export interface IdentityHeaders {
  /** In lower case. */
  readonly names: readonly string[]
  /**
   * The values, in the order of the names; those of `addedKeys` are last. What a principal does not have is empty, so
   * that the neighbour overwrites a header that its client sent.
   */
  valuesOf(principalId: string, context: AuthorizerContext): readonly string[]
}

/**
 * The identity headers of a configuration: `x-hallpass-principal`, and one for each key of the context.
 *
 * @throws ConfigurationError if two keys come to the same header
 */
export function identityHeaders(config: AuthorizerConfig): IdentityHeaders {
  const configured = [...Object.keys(config.context ?? {}), ...Object.keys(config.edge?.headers ?? {})]
  const added = addedKeys(config)
  const keys = [...new Set([...defaultContextKeys, ...configured]), ...added]
  const byName = new Map<string, string>([[folded("principal"), "principal"]])
  const problems: ConfigurationProblem[] = []
  for (const key of new Set([...defaultContextKeys, ...added, ...configured])) {
    const other = byName.get(folded(key))
    const path = Object.hasOwn(config.context ?? {}, key) ? `context.${key}` : `edge.headers.${key}`
    if (other !== undefined) problems.push({ path, message: sameHeader(other) })
    byName.set(folded(key), key)
  }
  if (problems.length > 0) throw new ConfigurationError(problems)
  return {
    names: ["principal", ...keys].map(headerOf),
    valuesOf: (principalId, context) => [
      extended.test(principalId) ? encoded(principalId) : headerValue(principalId),
      ...keys.map((key) => (Object.hasOwn(context, key) ? headerValue(String(context[key])) : "")),
    ],
  }
}

/** An extended value, as contexts hold them already. */
const extended = /^UTF-8''/
/** What a header can hold as it is. A receiver drops blanks at the ends, and two values would become one. */
const plain = /^(?:[!-~](?:[ -~]*[!-~])?)?$/

function headerValue(value: string): string {
  return plain.test(value) ? value : encoded(value)
}

/** An extended value of RFC 8187 section 3.2. */
function encoded(value: string): string {
  return `UTF-8''${encodeURIComponent(value.toWellFormed())}`
}

const folded = (key: string): string => key.toLowerCase().replaceAll("_", "-")

function sameHeader(other: string): string {
  return `comes to the same header as ${other} once capitals and _ are folded. Choose another key`
}
