import type { ClaimPath } from "../types/configuration.ts"
import {
  claimName as checkClaimName,
  claimPath as checkClaimPath,
  text as checkText,
  knownKeys,
  object,
  type Report,
} from "./option-checks.ts"

// The words in which the blocks of a configuration are declared. A declaration is what checks a block; the JSON Schema,
// the tables of docs/configuration.md and the defaults come from the same declaration.

/** Whether an option has to be there, may be absent, or has a default if it is absent. */
export type Presence = "required" | "optional" | "default"

/**
 * One option: how it is checked, and what describes it to a schema. `T` is what a user may write, `O` what a check
 * makes of it. A value that is not sound is reported, and undefined takes its place.
 */
export interface Option<in out T, P extends Presence = "optional", out O = T> {
  readonly kind: string
  /** What the kind is about: bounds and unit, words, a pattern, other options. */
  readonly about: readonly unknown[]
  readonly check: (value: unknown, path: string, report: Report) => O | undefined
  readonly presence?: P
  /** The default, or what takes the place of a required option that is not sound. */
  readonly fallback?: O
}

/** An option of any type, for code that walks over declarations. */
// biome-ignore lint/suspicious/noExplicitAny: the type of an option is invariant
export type AnyOption = Option<any, Presence, unknown>

type PresenceOf<T, C, K extends keyof T> =
  Partial<Pick<T, K>> extends Pick<T, K>
    ? K extends keyof C
      ? undefined extends C[K]
        ? "optional"
        : "default"
      : "optional"
    : "required"

/**
 * The options of a block: exactly those of the type `T`, each with its type. `C` is the block as checked: an option
 * that is always there in `C` and not in `T` has a default.
 */
export type Declaration<T, C = T> = {
  readonly [K in keyof T]-?: Option<
    Exclude<T[K], undefined>,
    PresenceOf<T, C, K>,
    K extends keyof C ? Exclude<C[K], undefined> : unknown
  >
}

/** An option of a kind of its own. */
export function option<T, O = T>(
  kind: string,
  about: readonly unknown[],
  check: Option<T, "optional", O>["check"],
): Option<T, "optional", O> {
  return { kind, about, check }
}

/** An option that must be there. @param placeholder what the check goes on with if it is not sound */
export function required<T, O>(one: Option<T, "optional", O>, placeholder?: O): Option<T, "required", O> {
  return { ...one, presence: "required", ...(placeholder !== undefined && { fallback: placeholder }) }
}

export function byDefault<T, O>(one: Option<T, "optional", O>, fallback: O): Option<T, "default", O> {
  return { ...one, presence: "default", fallback }
}

/** A number within bounds. */
export function number(min: number, max: number, unit: string): Option<number> {
  return option("number", [min, max, unit], (value, path, report) => {
    if (typeof value === "number" && value >= min && value <= max) return value
    report(path, "number", min, max, unit)
    return undefined
  })
}

export const flag: Option<boolean> = option("flag", [], (value, path, report) => {
  if (typeof value === "boolean") return value
  report(path, "flag")
  return undefined
})

/** One of some words. */
export function words<const W extends string>(...choices: readonly W[]): Option<W> {
  return option("words", choices, (value, path, report) => {
    const found = choices.find((choice) => choice === value)
    if (found === undefined) report(path, value === undefined ? "missing" : "word", value, ...choices)
    return found
  })
}

/**
 * Text of 1 to 2048 characters without blanks at its ends.
 *
 * @param problem the name of the sentence if the pattern does not fit
 */
export function text(pattern?: RegExp, problem: string = "text"): Option<string> {
  return option("text", [pattern], (value, path, report) => {
    const found = checkText(value, path, report)
    if (found === undefined || pattern?.test(found) !== false) return found
    report(path, problem)
    return undefined
  })
}

/** A list. @param problem the name of the sentence if it is none, or has fewer than `least` entries */
export function list<T, O>(
  item: Option<T, Presence, O>,
  least: number = 1,
  problem: string = "list",
): Option<readonly T[], "optional", readonly O[]> {
  return option("list", [item, least], (value, path, report) => {
    if (Array.isArray(value) && value.length >= least) return itemsOf(value, item, path, report)
    report(path, value === undefined ? "missing" : Array.isArray(value) && problem === "list" ? "empty_list" : problem)
    return undefined
  })
}

/** One value, or a list of at least one. As checked it is a list. */
export function oneOrMore<T, O>(item: Option<T, Presence, O>): Option<T | readonly T[], "optional", readonly O[]> {
  return option("oneOrMore", [item], (value, path, report) => {
    if (Array.isArray(value) && value.length === 0) report(path, "empty_list")
    return Array.isArray(value)
      ? itemsOf(value, item, path, report)
      : [item.check(value, path, report)].filter((one) => one !== undefined)
  })
}

function itemsOf<T, O>(values: readonly unknown[], item: Option<T, Presence, O>, path: string, report: Report): O[] {
  return values.map((one, index) => item.check(one, `${path}[${index}]`, report)).filter((one) => one !== undefined)
}

/** A claim: its name, or a list of names that leads to a nested claim. */
export const claimPath: Option<ClaimPath> = option("claimPath", [], checkClaimPath)

/** The name of a claim. */
export const claimName: Option<string> = option("claimName", [], checkClaimName)

/** A block of options. */
export function block<T, C = T>(members: Declaration<T, C>): Option<T, "optional", C> {
  return option("block", [members], (value, path, report) => {
    const raw = object(value, path, report)
    return raw && checkMembers(members, raw, path, report)
  })
}

/**
 * Checks what a block holds. Options that do not exist are reported: a misspelt one must not look as if it worked
 * (SR-160).
 *
 * @param base defaults that go before the declared ones
 */
export function checkMembers<T, C>(
  members: Declaration<T, C>,
  raw: { readonly [name: string]: unknown },
  path: string,
  report: Report,
  base?: Partial<C>,
): C {
  const names = Object.keys(members)
  knownKeys(raw, names, path, report)
  const checked: { [name: string]: unknown } = {}
  for (const name of names) {
    const one = (members as { readonly [name: string]: AnyOption })[name] as AnyOption
    const given = raw[name]
    const before = (base as typeof checked | undefined)?.[name] ?? one.fallback
    const isAbsent = given === undefined && one.presence !== "required"
    const value = isAbsent ? before : checkOption(one, given, `${path}.${name}`, report, before)
    if (value !== undefined) checked[name] = value
  }
  return checked as C
}

/** Checks one option, which may be absent. @param base the default that goes before the declared one */
export function checkOption<T, P extends Presence, O>(
  { check, presence, fallback }: Option<T, P, O>,
  value: unknown,
  path: string,
  report: Report,
  base: O | undefined = fallback,
): P extends "default" ? O : O | undefined {
  const isAbsent = value === undefined && presence !== "required"
  const sound = isAbsent ? undefined : check(value, path, report)
  return (sound === undefined ? base : sound) as O
}

/** Checks a block that may be absent: then every option has its default. */
export function checkBlock<T, C>(one: Option<T, "optional", C>, value: unknown, path: string, report: Report): C {
  const check = (block: unknown): C | undefined => one.check(block, path, report)
  return (value === undefined ? undefined : check(value)) ?? (check({}) as C)
}
