import { Unsupported } from "./exported.ts"

/**
 * A demand on one claim. A value is met by a string that equals it, or by a list with such a member. `*` alone means
 * that the claim is there, and `x*` that it begins with x.
 */
export interface Condition {
  /** Names from the outermost object to the claim. */
  readonly claim: readonly string[]
  /** At least one of them is met. */
  readonly values?: readonly string[]
  /** None of them is met. */
  readonly notValues?: readonly string[]
}

/** Conditions that hold together. */
export type Alternative = readonly Condition[]
/** At least one alternative holds. An empty list never holds, and a list of one empty alternative always does. */
export type Alternatives = readonly Alternative[]

export const always: Alternatives = [[]]
const maxAlternatives = 64

export const isThere = (...claim: string[]): Alternatives => [[{ claim, values: ["*"] }]]
export const isAbsent = (...claim: string[]): Alternatives => [[{ claim, notValues: ["*"] }]]

/** Every part holds. @throws Unsupported if that takes more alternatives than a policy should have */
export function allOf(...parts: readonly Alternatives[]): Alternatives {
  let all = always
  for (const part of parts) {
    if (all.length * part.length > maxAlternatives)
      throw new Unsupported(
        `needs more than ${maxAlternatives} combinations of claims`,
        "Split the rule, or read each list from one claim",
      )
    all = shortest(all.flatMap((one) => part.map((other) => withoutImplied([...one, ...other]))))
  }
  return all
}

/** At least one part holds. */
export function anyOf(...parts: readonly Alternatives[]): Alternatives {
  return shortest(parts.flat())
}

/** A claim that must have a value need not be demanded to be there. */
function withoutImplied(conditions: Alternative): Alternative {
  const valued = new Set(conditions.filter(({ values }) => values !== undefined && !isPresence(values)).map(nameOf))
  return conditions.filter((each) => each.values === undefined || !isPresence(each.values) || !valued.has(nameOf(each)))
}

/** Whether values demand only that the claim is there. */
export const isPresence = (values: readonly string[]): boolean => values.length === 1 && values[0] === "*"
const nameOf = ({ claim }: Condition): string => JSON.stringify(claim)

/** Leaves out every alternative that demands all that another one demands, and more. */
function shortest(alternatives: Alternatives): Alternatives {
  const sets = alternatives.map((conditions) => new Map(conditions.map((each) => [JSON.stringify(each), each])))
  return sets
    .filter((set, at) => !sets.some((other, place) => place !== at && covers(other, set, place < at)))
    .map((set) => [...set.values()])
}

function covers(fewer: ReadonlyMap<string, unknown>, more: ReadonlyMap<string, unknown>, isFirst: boolean): boolean {
  if (fewer.size > more.size || (fewer.size === more.size && !isFirst)) return false
  return [...fewer.keys()].every((key) => more.has(key))
}

/** Values that are compared exactly. @throws Unsupported if one would be read as a pattern, or is no text */
export function exactly(claim: readonly string[], values: readonly unknown[]): Condition {
  for (const name of claim)
    if (name === "" || /[[\]]/.test(name)) throw new Unsupported(`the name of the claim ${shown(name)} has brackets`)
  const texts = values.map((value) => {
    if (typeof value !== "string") throw new Unsupported(`${shown(value)} is no text, and only texts are compared`)
    if (value === "" || value.startsWith("*") || value.endsWith("*"))
      throw new Unsupported(`${shown(value)} would be read as a pattern`)
    return value
  })
  return { claim, values: texts }
}

const shown = (value: unknown): string => JSON.stringify(value)
