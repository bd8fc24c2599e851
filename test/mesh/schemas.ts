import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { Ajv, type ValidateFunction } from "ajv"

function schemaOf(kind: string): ValidateFunction {
  const file = resolve(import.meta.dirname, `../schemas/istio/${kind}.v1.strict.schema.json`)
  return new Ajv({ strict: false, validateFormats: false }).compile(JSON.parse(readFileSync(file, "utf8")) as object)
}
const schemas = new Map(["RequestAuthentication", "AuthorizationPolicy"].map((kind) => [kind, schemaOf(kind)]))

interface Document {
  readonly kind: string
  readonly spec: {
    readonly selector?: { readonly matchLabels: { readonly [label: string]: string } }
    readonly targetRefs?: unknown
    readonly jwtRules?: readonly { readonly issuer?: string; readonly jwks?: string; readonly jwksUri?: string }[]
    readonly rules?: readonly { readonly when?: readonly { readonly key: string; readonly values?: string[] }[] }[]
  }
}

/** Everything that istiod's admission would refuse: the CRD schema, its CEL rules, and values that are empty. */
export function istioProblems(value: object): string[] {
  const document = value as Document
  const isValid = schemas.get(document.kind)
  if (isValid === undefined) return [`no schema of ${document.kind}`]
  const problems = isValid(document) ? [] : (isValid.errors ?? []).map((each) => `${each.instancePath} ${each.message}`)
  const { selector, targetRefs, jwtRules = [], rules = [] } = document.spec
  if (selector !== undefined && targetRefs !== undefined) problems.push("selector and targetRefs together")
  for (const [label, text] of Object.entries(selector?.matchLabels ?? {}))
    if (label === "" || `${label}${text}`.includes("*")) problems.push("wildcard or empty label")
  for (const { issuer = "", jwks, jwksUri } of jwtRules) {
    if (issuer === "") problems.push("no issuer")
    if (jwks !== undefined && jwksUri !== undefined) problems.push("jwks and jwksUri together")
    if (jwksUri !== undefined && !/^https?:\/\//.test(jwksUri)) problems.push("jwksUri without http")
  }
  for (const { when = [] } of rules)
    for (const { key, values = ["x"] } of when) {
      if (values.length === 0 || values.includes("")) problems.push(`${key} without a value`)
      if (!/^request\.auth\.claims(?:\[[^[\]]+\])+$/.test(key)) problems.push(`${key} is silently ignored`)
    }
  return problems
}

/** The schema of a CRD as JSON Schema, which refuses members that it does not name. */
export function strict(schema: { readonly [keyword: string]: unknown }): object {
  const { properties, items, additionalProperties, type } = schema
  const each = (inner: unknown): object => strict(inner as { readonly [keyword: string]: unknown })
  return {
    ...(typeof type === "string" && schema["x-kubernetes-int-or-string"] !== true && { type }),
    ...(Array.isArray(schema.enum) && { enum: schema.enum }),
    ...(items !== undefined && { items: each(items) }),
    ...(typeof additionalProperties === "object" && { additionalProperties: each(additionalProperties) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(Object.entries(properties as object).map(([name, inner]) => [name, each(inner)])),
      additionalProperties: schema["x-kubernetes-preserve-unknown-fields"] === true,
    }),
  }
}
