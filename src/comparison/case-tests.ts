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
 * @param cases what a cases file holds
 * @throws ConfigurationError, CasesError
 * @example
 * import { test } from "node:test"
 * import { caseTests } from "hallpass/testing"
 *
 * for (const { name, run } of caseTests(config, cases)) test(name, run)
 */
export function caseTests(config: AuthorizerConfig, cases: Cases): readonly CaseTest[] {
  return runCases(config, cases).cases.map((result) => ({
    name: result.name,
    run: () => {
      if (!result.ok) throw new Error(explainCase(result).join("\n"))
    },
  }))
}

/** Why a case failed: lines of text. */
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

const text = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing"))
