import {
  block,
  byDefault,
  claimPath,
  flag,
  list,
  number,
  type Option,
  text,
  words,
} from "../../problems/declaration.ts"
import type { GatewayOptions } from "../../types/configuration.ts"

type Defaulted = "resultTtlSeconds" | "identitySources" | "matchBy" | "responses" | "unauthorized"
type Limits = "resourcePolicyAllows" | "maxAnswerBytes" | "tooLarge" | "emptyContext"

/** The `gateway` block as declared, with its defaults. */
export type CheckedGateway = Required<Pick<GatewayOptions, Defaulted | Limits>> &
  Pick<GatewayOptions, "api" | "authorizerType" | "usageIdentifierKey">

/** `token`, `route`, and sources as REST, HTTP and WebSocket APIs write them. */
const identitySource =
  /^(?:token|route|(?:\$|method\.|route\.)?request\.(?:header|querystring)\.[^\s,]+|\$?(?:context|stageVariables)\.[\w.]+)$/

export const gatewayBlock: Option<GatewayOptions, "optional", CheckedGateway> = block<GatewayOptions, CheckedGateway>({
  resultTtlSeconds: byDefault(number(0, 3600, "seconds, as in API Gateway"), 300),
  identitySources: byDefault(list(text(identitySource, "sources_unknown"), 0, "sources_list"), ["token"]),
  api: words("rest", "http"),
  authorizerType: words("request", "token"),
  responses: byDefault(words("policy", "simple"), "policy"),
  unauthorized: byDefault(words("throw", "deny"), "throw"),
  usageIdentifierKey: claimPath,
  resourcePolicyAllows: byDefault(flag, false),
  // WebSocket APIs take 8,192 bytes, the one limit that is published; fewer leave no room for a policy.
  maxAnswerBytes: byDefault(number(8192, 65_536, "bytes of an answer"), 8192),
  tooLarge: byDefault(words("refuse", "unavailable"), "refuse"),
  matchBy: byDefault(words("template", "path"), "template"),
  emptyContext: byDefault(words("omit", "dash"), "omit"),
})
