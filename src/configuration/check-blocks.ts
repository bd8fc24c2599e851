import type { CheckedCredential } from "../credential/extract.ts"
import {
  claimPath,
  flag,
  knownKeys,
  number,
  object,
  type Report,
  text,
  texts,
  word,
} from "../problems/option-checks.ts"
import { type CachePolicy, defaultCachePolicy } from "../token/cache.ts"
import type { ClaimPath, GatewayOptions } from "../types/configuration.ts"

export function checkCache(value: unknown, path: string, report: Report): CachePolicy {
  const base = defaultCachePolicy
  const raw = value === undefined ? undefined : object(value, path, report)
  if (raw === undefined) return base
  knownKeys(raw, Object.keys(base), path, report)
  const bounded = (name: keyof CachePolicy, min: number, max: number, unit: string): number =>
    number(raw[name], `${path}.${name}`, report, { min, max, fallback: base[name], unit })
  return {
    maxTokens: Math.floor(bounded("maxTokens", 0, 1_000_000, "tokens, 0 for no cache")),
    maxBytes: Math.floor(bounded("maxBytes", 65_536, 1_073_741_824, "bytes")),
    maxAgeSeconds: bounded("maxAgeSeconds", 1, 3600, "seconds"),
  }
}

/** The `gateway` block with every default filled in. */
export interface CheckedGateway {
  readonly resultTtlSeconds: number
  readonly identitySources: readonly string[]
  /** Whether answers are cached per method, or not at all. */
  readonly keyHoldsMethod: boolean
  readonly api: GatewayOptions["api"]
  readonly authorizerType: GatewayOptions["authorizerType"]
  readonly responses: NonNullable<GatewayOptions["responses"]>
  readonly unauthorized: NonNullable<GatewayOptions["unauthorized"]>
  readonly resourcePolicyAllows: boolean
  /** Most bytes of an answer. */
  readonly maxAnswerBytes: number
  readonly tooLarge: NonNullable<GatewayOptions["tooLarge"]>
  readonly matchBy: NonNullable<GatewayOptions["matchBy"]>
  readonly usageIdentifierKey: ClaimPath | undefined
}

/** WebSocket APIs take 8,192 bytes, the one limit that is published; fewer leave no room for a policy. */
const answerBytes = { min: 8192, max: 65_536, fallback: 8192, unit: "bytes of an answer" }

export function checkGateway(value: unknown, path: string, report: Report): CheckedGateway {
  const raw = value === undefined ? {} : (object(value, path, report) ?? {})
  const known = [
    "resultTtlSeconds",
    "identitySources",
    "api",
    "authorizerType",
    "responses",
    "unauthorized",
    "usageIdentifierKey",
    "resourcePolicyAllows",
    "maxAnswerBytes",
    "tooLarge",
    "matchBy",
  ]
  knownKeys(raw, known, path, report)
  const ttl = { min: 0, max: 3600, fallback: 300, unit: "seconds, as in API Gateway" }
  const key = raw.usageIdentifierKey
  const resultTtlSeconds = number(raw.resultTtlSeconds, `${path}.resultTtlSeconds`, report, ttl)
  const identitySources = checkIdentitySources(raw.identitySources, `${path}.identitySources`, report)
  return {
    resultTtlSeconds,
    identitySources,
    keyHoldsMethod:
      resultTtlSeconds === 0 || identitySources.some((source) => /^\$?context\.httpmethod$/i.test(source)),
    // TOKEN authorizers exist on REST APIs only.
    api:
      raw.api === undefined
        ? raw.authorizerType === "token"
          ? "rest"
          : undefined
        : word(raw.api, `${path}.api`, report, ["rest", "http"], "rest"),
    authorizerType:
      raw.authorizerType === undefined
        ? undefined
        : word(raw.authorizerType, `${path}.authorizerType`, report, ["request", "token"], "request"),
    responses: word(raw.responses, `${path}.responses`, report, ["policy", "simple"], "policy"),
    unauthorized: word(raw.unauthorized, `${path}.unauthorized`, report, ["throw", "deny"], "throw"),
    resourcePolicyAllows: flag(raw.resourcePolicyAllows, `${path}.resourcePolicyAllows`, report, false),
    maxAnswerBytes: number(raw.maxAnswerBytes, `${path}.maxAnswerBytes`, report, answerBytes),
    tooLarge: word(raw.tooLarge, `${path}.tooLarge`, report, ["refuse", "unavailable"], "refuse"),
    matchBy: word(raw.matchBy, `${path}.matchBy`, report, ["template", "path"], "template"),
    usageIdentifierKey: key === undefined ? undefined : claimPath(key, `${path}.usageIdentifierKey`, report),
  }
}

/** `token`, `route`, and sources as REST, HTTP and WebSocket APIs write them. */
const identitySource =
  /^(?:token|route|(?:\$|method\.|route\.)?request\.(?:header|querystring)\.[^\s,]+|\$?(?:context|stageVariables)\.[\w.]+)$/

function checkIdentitySources(value: unknown, path: string, report: Report): readonly string[] {
  if (value === undefined) return ["token"]
  if (!Array.isArray(value)) {
    report(path, "sources_list")
    return ["token"]
  }
  const sources = value.length === 0 ? [] : texts(value, path, report)
  if (sources.some((source) => !identitySource.test(source))) report(path, "sources_unknown")
  return sources
}

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/ // RFC 9110 section 5.1

export function checkCredential(value: unknown, path: string, report: Report): CheckedCredential {
  const raw = value === undefined ? {} : (object(value, path, report) ?? {})
  knownKeys(raw, ["header", "scheme", "cookie", "query", "subprotocol", "maxLength"], path, report)
  const optional = (name: string): string | undefined =>
    raw[name] === undefined ? undefined : text(raw[name], `${path}.${name}`, report)
  const [cookie, query, subprotocol] = [optional("cookie"), optional("query"), optional("subprotocol")]
  const elsewhere = cookie !== undefined || query !== undefined || subprotocol !== undefined
  const header = optional("header") ?? (elsewhere ? undefined : "Authorization")
  for (const [name, token] of Object.entries({ header, cookie, subprotocol })) {
    if (token !== undefined && !headerName.test(token)) report(`${path}.${name}`, "header_name")
  }
  const scheme = raw.scheme === null ? null : raw.scheme === undefined ? "Bearer" : (optional("scheme") ?? "Bearer")
  if (raw.scheme !== undefined && header === undefined) report(`${path}.scheme`, "goes_with", `${path}.header`)
  if (scheme !== null && !headerName.test(scheme)) report(`${path}.scheme`, "scheme")
  const length = { min: 256, max: 16_384, fallback: 16_384, unit: "characters" }
  return {
    ...(header === undefined ? {} : { header }),
    scheme,
    ...(cookie === undefined ? {} : { cookie }),
    ...(query === undefined ? {} : { query }),
    ...(subprotocol === undefined ? {} : { subprotocol }),
    maxLength: number(raw.maxLength, `${path}.maxLength`, report, length),
  }
}
