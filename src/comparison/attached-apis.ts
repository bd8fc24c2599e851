import type { AuthorizerSettings, InventoryApi } from "../openapi/inventory/types.ts"
import { isObject } from "../shared/is-object.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import type { ConfigurationProblem } from "../types/errors.ts"
import { settingFindings } from "./api-settings.ts"

/**
 * Compares what a stack sets its authorizers to with what a configuration needs: result TTL, form of the answers,
 * identity sources, type, and a resource policy that allows.
 *
 * @param configuration a sound configuration
 * @param apis a list with one entry for each API: `Name`, `Kind` (`rest`, `http`, `websocket`), `Type`,
 *   `ResultTtlSeconds`, `IdentitySource`, `PayloadFormatVersion`, `Responses` (`policy`, `simple`),
 *   `ResourcePolicyAllows`. All but `IdentitySource` may be texts, as in the properties of a custom resource
 * @returns by the name of the API, every setting with which answers are wrong or missing; an entry that cannot be read is a
 *   problem, too
 * @example
 * ```ts
 * import { attachmentProblems } from "hallpass/policy"
 *
 * const config = { issuers: [], gateway: { resultTtlSeconds: 60 } }
 * const IdentitySource = "method.request.header.Authorization"
 * const [problem] = attachmentProblems(config, [
 *   { Name: "orders", Kind: "rest", Type: "REQUEST", ResultTtlSeconds: "300", IdentitySource },
 * ])
 * console.log(problem?.path) // orders
 * ```
 */
export function attachmentProblems(configuration: AuthorizerConfig, apis: unknown): readonly ConfigurationProblem[] {
  if (!Array.isArray(apis) || apis.length === 0) return [{ path: "Apis", message: "is no list of APIs" }]
  return apis.flatMap((each, index): readonly ConfigurationProblem[] => {
    const api = readApi(each, `Apis[${index}]`)
    if ("message" in api) return [api]
    return settingFindings(configuration, [api])
      .filter(({ severity }) => severity === "error")
      .map(({ message, remedy }) => ({ path: api.name, message: `${message.slice(api.name.length + 2)}. ${remedy}` }))
  })
}

/** The largest TTL that API Gateway takes has four digits. */
const wholeNumber = /^\d{1,4}$/
const kinds = ["rest", "http", "websocket"] as const

function readApi(value: unknown, path: string): InventoryApi | ConfigurationProblem {
  const given = isObject(value) ? value : {}
  const text = (name: string): string | undefined =>
    Object.hasOwn(given, name) && ["string", "number", "boolean"].includes(typeof given[name])
      ? String(given[name])
      : undefined
  const kind = kinds.find((each) => each === text("Kind"))
  const [ttl, form, payload, responses] = ["ResultTtlSeconds", "Type", "PayloadFormatVersion", "Responses"].map(text)
  const sources = Object.hasOwn(given, "IdentitySource") ? given.IdentitySource : undefined
  const identitySources = typeof sources === "string" ? sources.split(/ *, */) : sources
  if (kind === undefined) return { path, message: "has no Kind: rest, http or websocket" }
  if (!Array.isArray(identitySources)) return { path, message: "has no IdentitySource" }
  if (kind !== "websocket" && !wholeNumber.test(ttl ?? "")) return { path, message: "has no ResultTtlSeconds" }
  if (kind === "rest" && form !== "TOKEN" && form !== "REQUEST") return { path, message: "has no Type" }
  if (kind === "http" && responses !== "policy" && responses !== "simple")
    return { path, message: "has no Responses: policy or simple" }
  const settings: AuthorizerSettings = {
    identitySources: identitySources.map(String),
    ...(ttl !== undefined && { resultTtlSeconds: Number(ttl) }),
    ...((form === "TOKEN" || form === "REQUEST") && { form }),
    ...(payload !== undefined && { payloadFormatVersion: payload }),
    ...(kind === "http" && { simpleResponses: responses === "simple" }),
  }
  const resourcePolicy = text("ResourcePolicyAllows") === "true" ? "allows" : "silent"
  return { name: text("Name") ?? path, kind, authorizers: [{ name: "hallpass", settings }], resourcePolicy }
}
