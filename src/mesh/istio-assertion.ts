import type { CheckedConfiguration } from "../configuration/check-configuration.ts"
import { type ExportFinding, type ExportOptions, note } from "./exported.ts"
import type { MeshRule } from "./rules.ts"

/** What Istio verifies and demands. */
export interface IstioRules {
  readonly jwtRules: readonly object[]
  readonly rules: readonly MeshRule[]
  readonly findings: ExportFinding[]
  readonly notes: readonly ExportFinding[]
}

/** Where the service, and the mappings of an API, put the assertion. */
const header = "x-hallpass-assertion"

const notes: readonly ExportFinding[] = [
  note(
    "Istio demands an assertion and no rule of a route: hallpass at the gateway has decided about the route",
    "Let workloads be reached through the gateway only, and write further policies on the claims of the assertion",
  ),
  note(
    "Istio tolerates 60 seconds of clock difference: an assertion counts that much longer",
    "Leave assertion.marginSeconds small",
  ),
]

/**
 * The rules of a mesh that believes the assertions of a configuration, and no token of a caller.
 *
 * @throws TypeError if the configuration makes no assertions, or the keys are no public key set and no address
 */
export function assertionRules(
  { assertion }: CheckedConfiguration,
  keys: NonNullable<ExportOptions["assertionKeys"]>,
): IstioRules {
  if (assertion === undefined) throw new TypeError("assertionKeys must go with an assertion block of the configuration")
  const { issuer, audience } = assertion
  const from = { fromHeaders: [{ name: header }], forwardOriginalToken: true }
  const conditions = [
    { claim: ["iss"], values: [issuer] },
    { claim: ["aud"], values: [audience] },
  ]
  return {
    jwtRules: [{ issuer, audiences: [audience], ...keysOf(keys), ...from }],
    rules: [{ routeKey: undefined, issuer, operations: [], conditions }],
    findings: [],
    notes,
  }
}

const address = /^https?:\/\/[!-~]{1,2040}$/

function keysOf(given: NonNullable<ExportOptions["assertionKeys"]>): {
  readonly jwks?: string
  readonly jwksUri?: string
} {
  if (typeof given === "string") {
    if (address.test(given)) return { jwksUri: given }
  } else if (Array.isArray(given.keys) && given.keys.length > 0 && given.keys.every(isPublic)) {
    return { jwks: JSON.stringify({ keys: given.keys }) }
  }
  throw new TypeError(
    "assertionKeys must be an http(s) address, or a key set of public EC keys with kid, as hallpass jwks prints it",
  )
}

function isPublic(jwk: unknown): boolean {
  const { kty, kid, d } = Object(jwk) as { readonly [member: string]: unknown }
  return kty === "EC" && typeof kid === "string" && d === undefined
}
