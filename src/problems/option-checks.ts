import { isObject } from "../shared/is-object.ts"
import type { ClaimPath } from "../types/configuration.ts"
import type { ConfigurationProblem } from "../types/errors.ts"

/**
 * Collects configuration problems. Every check reports and goes on, so that all problems are listed at once.
 *
 * @param message a sentence, or, for what a start of the deployed function loads, the name of one:
 *   `problems/explain-problems.ts` has the sentences, and is loaded if there is a problem
 * @param details what the named sentence is about, such as the allowed words
 */
export type Report = (path: string, message: string, ...details: readonly unknown[]) => unknown

/** A problem as a check reports it. */
export interface RawProblem extends ConfigurationProblem {
  readonly details?: readonly unknown[]
}

/** Puts the sentences into problems, or leaves them as they are for a caller who has the sentences. */
export type Explain = (problems: readonly RawProblem[]) => readonly ConfigurationProblem[]

export function collect(problems: RawProblem[]): Report {
  return (path, message, ...details) => problems.push({ path, message, details })
}

type Own = { readonly [name: string]: unknown }

function given(type: string, value: unknown): string {
  return value === undefined ? "missing" : type
}

/** The value as a plain object, or undefined with a report. */
export function object(value: unknown, path: string, report: Report): Own | undefined {
  if (isObject(value)) return value
  report(path, given("object", value))
  return undefined
}

/** Reports members that no check reads: a misspelt option must not look as if it worked (SR-160). */
export function knownKeys(value: Own, allowed: readonly string[], path: string, report: Report): void {
  for (const key of Object.keys(value)) {
    // The `undefined` of an unset variable must not look like an option that was left out on purpose.
    if (value[key] === undefined) report(path === "" ? key : `${path}.${key}`, "undefined")
    if (!allowed.includes(key)) {
      report(path === "" ? key : `${path}.${key}`, "unknown", key, ...allowed)
    }
  }
}

/** A string of 1 to 2048 characters without blanks at its ends. */
export function text(value: unknown, path: string, report: Report): string | undefined {
  if (typeof value === "string" && value !== "" && value.length <= 2048 && value.trim() === value) return value
  report(path, given("text", value))
  return undefined
}

/** A claim name. The names that every object has are refused, so that looking a claim up needs no further check. */
export function claimName(value: unknown, path: string, report: Report): string {
  const name = text(value, path, report) ?? ""
  if (name in {}) report(path, "every_object")
  return name
}

/** A claim path: one name, or a list of names for a nested claim. */
export function claimPath(value: unknown, path: string, report: Report): ClaimPath {
  if (!Array.isArray(value)) return claimName(value, path, report)
  if (value.length === 0) report(path, "empty_path")
  return value.map((name, index) => claimName(name, `${path}[${index}]`, report))
}
