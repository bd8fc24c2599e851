import type { AuthorizerConfig } from "../types/configuration.ts"
import { meaningOf } from "../types/reason-messages.ts"
import type { Cases } from "./cases-file.ts"
import { type CaseResult, runCases } from "./run-cases.ts"

/** One case for a test runner. */
export interface CaseTest {
  readonly name: string
  /** @throws Error with the explanation if the case fails */
  readonly run: () => void
}

/**
 * The cases as tests for vitest, node:test and every other runner that takes a name and a function.
 *
 * @param config the configuration that the cases test
 * @param cases what a cases file holds
 * @throws ConfigurationError, CasesError
 * @example
 * ```ts
 * import { test } from "node:test"
 * import { caseTests } from "hallpass/testing"
 *
 * const config = {
 *   issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
 *   routes: { "GET /orders/{id}": { scopes: ["orders:read"] } },
 * } as const
 * const tests = caseTests(config, {
 *   callers: { reader: { claims: { scp: ["orders:read"] } } },
 *   tests: [{ caller: "reader", request: "GET /orders/7", expect: "allow" }],
 * })
 * export const register = (): void => tests.forEach(({ name, run }) => void test(name, run))
 * console.log(tests[0]?.name) // reader: GET /orders/7
 * ```
 */
export function caseTests(config: AuthorizerConfig, cases: Cases): readonly CaseTest[] {
  return runCases(config, cases).cases.map((result) => ({
    name: result.name,
    run: () => {
      if (!result.ok) throw new Error(explainCase(result).join("\n"))
    },
  }))
}

/**
 * Says why a case failed, in lines of text for a person.
 *
 * @param result a failed case of `runCases`
 * @example
 * ```ts
 * import { explainCase, runCases } from "hallpass/testing"
 *
 * const { cases } = runCases(
 *   {
 *     issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
 *     routes: { "GET /orders/{id}": { scopes: ["orders:read"] } },
 *   },
 *   {
 *     callers: { guest: {} },
 *     tests: [{ name: "guests may read", caller: "guest", request: "GET /orders/7", expect: "allow" }],
 *   },
 * )
 * for (const result of cases) {
 *   const [line] = explainCase(result)
 *   console.log(line) // guests may read: expected allow, got forbidden (scope_missing)
 * }
 * ```
 */
export function explainCase({ name, expected, got, route, checks = [] }: CaseResult): readonly string[] {
  const wanted = expected.reason === undefined ? expected.outcome : `${expected.outcome} (${expected.reason})`
  const lines = [
    `${name}: expected ${wanted}, got ${got.outcome}${got.reason === "ok" ? "" : ` (${got.reason})`}`,
    route === undefined ? "no route of the table matches" : `route: ${route}`,
  ]
  if (got.reason !== "ok") lines.push(meaningOf(got.reason))
  for (const { check, ok, expected: demanded, found } of checks)
    lines.push(
      `${ok ? "met" : "not met"}: ${check}: expected ${text(demanded)}${found === undefined ? "" : `, the caller has ${text(found)}`}`,
    )
  return lines
}

/** A demand in words, `all of a, b`; any other value as JSON. */
function text(value: unknown): string {
  const { all, any } = Object(value) as { readonly all?: unknown; readonly any?: unknown }
  if (Array.isArray(all)) return `all of ${all.map(item).join(", ")}`
  if (Array.isArray(any)) return `any of ${any.map(item).join(", ")}`
  return item(value)
}

const item = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing"))
