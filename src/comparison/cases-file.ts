import { httpMethods } from "../route/tokens.ts"
import type { Outcome } from "../types/reasons.ts"

/** A caller of a cases file: claims on the skeleton of an issuer's access token. */
export interface CaseCaller {
  /** Place in `issuers`, or the issuer's `iss`. @default 0 */
  readonly issuer?: number | string
  /** A token of a person or of a program, without scopes, roles, groups and permissions of its own. */
  readonly kind?: "user" | "app"
  /** Added to the skeleton's claims, or in their place; null takes a claim out. */
  readonly claims?: { readonly [claim: string]: unknown }
}

/** What a case expects. */
export type Expectation = Outcome | { readonly outcome: Outcome; readonly reason?: string }

/** Callers and requests with the expected outcome. A caller without a token needs no declaration. */
export interface Cases {
  readonly callers?: { readonly [name: string]: CaseCaller | null }
  readonly tests?: readonly {
    readonly name?: string
    readonly caller: string
    /** `GET /orders/7`, or `$connect`. */
    readonly request: string
    readonly expect: Expectation
  }[]
  /** Request to caller to expectation. */
  readonly matrix?: { readonly [request: string]: { readonly [caller: string]: Expectation } }
}

/** One case, read and checked. */
export interface ReadCase {
  readonly name: string
  readonly caller: string
  readonly request: string
  readonly method: string
  readonly path: string
  readonly expected: { readonly outcome: Outcome; readonly reason?: string }
}

export interface ReadCases {
  readonly callers: ReadonlyMap<string, CaseCaller>
  readonly cases: readonly ReadCase[]
}

/**
 * A cases file that cannot be used. `problems` holds every problem at once, each with its path.
 *
 * @example
 * ```ts
 * import { CasesError, runCases } from "hallpass/testing"
 *
 * const config = { issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] } as const
 * try {
 *   runCases(config, { tests: [{ caller: "reader", request: "GET /orders", expect: "allow" }] })
 * } catch (error) {
 *   if (error instanceof CasesError) console.log(error.problems[0]?.path) // tests[0].caller
 * }
 * ```
 */
export class CasesError extends Error {
  override readonly name: string = "CasesError"
  readonly problems: readonly { readonly path: string; readonly message: string }[]

  constructor(problems: CasesError["problems"]) {
    super(problems.map(({ path, message }) => `${path} ${message}`).join("; "))
    this.problems = problems
  }
}

export const nobody = "nobody"
const outcomes: readonly Outcome[] = ["allow", "unauthenticated", "forbidden", "unavailable"]
const maxCases = 100_000
const maxProblems = 20

type Report = (path: string, message: string) => void
type Members = { readonly [name: string]: unknown }

/** Checks a cases file. @throws CasesError */
export function readCases(file: unknown, withoutCases = false): ReadCases {
  const problems: { path: string; message: string }[] = []
  const report: Report = (path, message) => {
    if (problems.length < maxProblems) problems.push({ path, message })
  }
  const raw = members(file, "cases", report, ["callers", "tests", "matrix"])
  const callers = readCallers(raw, report)
  const known = (caller: unknown, path: string): caller is string => {
    if (typeof caller === "string" && (caller === nobody || callers.has(caller))) return true
    report(
      path,
      `names no caller. Declare it under callers; known: ${[...callers.keys(), nobody].slice(0, 20).join(", ")}`,
    )
    return false
  }
  const cases = [...readTests(raw, known, report), ...readMatrix(raw, known, report)]
  if (cases.length > maxCases) report("cases", `has more than ${maxCases} cases. Split the file`)
  if (cases.length === 0 && problems.length === 0 && !withoutCases)
    report(
      "cases",
      'has no case. Add one under tests, such as { caller: nobody, request: "GET /orders/7", expect: unauthenticated }',
    )
  if (problems.length > 0) throw new CasesError(problems)
  return { callers, cases }
}

function readCallers(raw: Members, report: Report): ReadonlyMap<string, CaseCaller> {
  const callers = new Map<string, CaseCaller>()
  for (const [name, value] of Object.entries(
    raw.callers === undefined ? {} : members(raw.callers, "callers", report),
  )) {
    const path = `callers.${name}`
    if (name === nobody) report(path, "is always a caller without a token. Give this caller another name")
    const { issuer, kind, claims } = members(value ?? {}, path, report, ["issuer", "kind", "claims"])
    if (issuer !== undefined && typeof issuer !== "string" && !(Number.isInteger(issuer) && (issuer as number) >= 0))
      report(`${path}.issuer`, "must be the place of an issuer in the configuration, such as 0, or its iss")
    if (kind !== undefined && kind !== "user" && kind !== "app") report(`${path}.kind`, "must be user or app")
    if (claims !== undefined) members(claims, `${path}.claims`, report)
    callers.set(name, {
      ...(issuer !== undefined && { issuer: issuer as number | string }),
      ...(kind !== undefined && { kind: kind as "user" | "app" }),
      ...(claims !== undefined && { claims: claims as Members }),
    })
  }
  return callers
}

type IsKnown = (caller: unknown, path: string) => caller is string

function readTests(raw: Members, known: IsKnown, report: Report): readonly ReadCase[] {
  if (raw.tests === undefined) return []
  if (!Array.isArray(raw.tests)) {
    report("tests", "must be a list of { caller, request, expect }")
    return []
  }
  return raw.tests.flatMap((item: unknown, at) => {
    const path = `tests[${at}]`
    const { name, caller, request, expect } = members(item, path, report, ["name", "caller", "request", "expect"])
    if (name !== undefined && typeof name !== "string") report(`${path}.name`, "must be a text")
    const line = readRequest(request, `${path}.request`, report)
    const expected = readExpectation(expect, `${path}.expect`, report)
    if (!known(caller, `${path}.caller`) || line === undefined || expected === undefined) return []
    return [{ name: typeof name === "string" ? name : `${caller}: ${line.request}`, caller, ...line, expected }]
  })
}

function readMatrix(raw: Members, known: IsKnown, report: Report): readonly ReadCase[] {
  if (raw.matrix === undefined) return []
  return Object.entries(members(raw.matrix, "matrix", report)).flatMap(([request, row]) => {
    const path = `matrix[${JSON.stringify(request)}]`
    const line = readRequest(request, path, report)
    return Object.entries(members(row, path, report)).flatMap(([caller, expect]) => {
      const expected = readExpectation(expect, `${path}.${caller}`, report)
      if (!known(caller, `${path}.${caller}`) || line === undefined || expected === undefined) return []
      return [{ name: `${caller}: ${line.request}`, caller, ...line, expected }]
    })
  })
}

function readRequest(
  value: unknown,
  path: string,
  report: Report,
): { readonly request: string; readonly method: string; readonly path: string } | undefined {
  const request = typeof value === "string" ? value.trim() : ""
  if (request === "$connect") return { request, method: "$connect", path: "" }
  const [, name = "", target = ""] = /^([A-Za-z]{1,16})\s+(\/[^\s?#]{0,1400})(?:\?\S*)?$/.exec(request) ?? []
  const method = name.toUpperCase()
  if (httpMethods.includes(method)) return { request: `${method} ${target}`, method, path: target }
  report(path, 'must be a method and a path, such as "GET /orders/7", or $connect')
  return undefined
}

function readExpectation(value: unknown, path: string, report: Report): ReadCase["expected"] | undefined {
  const { outcome, reason } =
    typeof value === "string"
      ? { outcome: value, reason: undefined }
      : members(value, path, report, ["outcome", "reason"])
  const known = outcomes.find((each) => each === outcome)
  if (known === undefined) report(path, `must be one of ${outcomes.join(", ")}, or { outcome, reason }`)
  if (reason !== undefined && typeof reason !== "string") report(`${path}.reason`, "must be a reason code")
  return known && { outcome: known, ...(typeof reason === "string" && { reason }) }
}

/** The members of an object; of anything else none, with a report. */
function members(value: unknown, path: string, report: Report, allowed?: readonly string[]): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    report(path, allowed === undefined ? "must be an object" : `must be an object with ${allowed.join(", ")}`)
    return {}
  }
  for (const name of Object.keys(value))
    if (allowed !== undefined && !allowed.includes(name))
      report(`${path}.${name}`, `is not known here; known: ${allowed.join(", ")}`)
  // Own members only: names such as `constructor` are read as they are written.
  return Object.assign(Object.create(null), value) as Members
}
