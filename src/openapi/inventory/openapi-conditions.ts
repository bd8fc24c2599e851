import { member } from "../document.ts"

/** What a place of a template's document can be under its conditions (`Fn::If`), without what is nothing. */
export function variants(value: unknown, depth: number = 0): readonly unknown[] {
  const branch = member(value, "Fn::If")
  if (member(value, "Ref") === "AWS::NoValue") return []
  if (!Array.isArray(branch) || depth > 10) return [value]
  return branch.slice(1, 3).flatMap((each) => variants(each, depth + 1))
}

/** Whether a list or one of its entries depends on a condition. */
export function isConditional(security: unknown): boolean {
  const isOne = (value: unknown): boolean => member(value, "Fn::If") !== undefined
  return isOne(security) || (Array.isArray(security) && security.some(isOne))
}

/**
 * The lists that `security` can be. One that a condition can take away is also no list, and so is each of its entries.
 */
export function securities(security: unknown): readonly unknown[] {
  if (!Array.isArray(security)) return [...variants(security), undefined]
  return [1, 2].map((side) =>
    security.flatMap((entry) => {
      const branch = member(entry, "Fn::If")
      return Array.isArray(branch) ? variants(branch[side]) : [entry]
    }),
  )
}
