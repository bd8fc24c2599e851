type Members = { readonly [key: string]: unknown }

const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/**
 * Whether EventBridge would hand an event to a rule with this pattern. It knows the part of the language that the
 * templates use: any of several values, `exists`, `prefix`, `anything-but`, `$or`, and fields of one element of a list.
 *
 * @throws Error if the pattern has another element
 */
export function matches(pattern: Members, event: unknown): boolean {
  // Of a list of objects all named fields must match in the same element.
  if (Array.isArray(event)) return event.some((element) => matches(pattern, element))
  if (!isMembers(event) && Object.keys(pattern).length > 0) return matchesNothing(pattern)
  return Object.entries(pattern).every(([key, expected]) => {
    if (key === "$or") return (expected as Members[]).some((each) => matches(each, event))
    const found = isMembers(event) ? event[key] : undefined
    return Array.isArray(expected) ? matchesAny(expected, found) : matches(expected as Members, found)
  })
}

/** A pattern below a member that is missing matches only if it asks for nothing to exist. */
function matchesNothing(pattern: Members): boolean {
  return Object.values(pattern).every((expected) =>
    Array.isArray(expected) ? matchesAny(expected, undefined) : matchesNothing(expected as Members),
  )
}

function matchesAny(expected: readonly unknown[], found: unknown): boolean {
  const values: readonly unknown[] = Array.isArray(found) ? found : [found]
  return expected.some((each) => values.some((value) => matchesOne(each, value)))
}

function matchesOne(expected: unknown, value: unknown): boolean {
  if (!isMembers(expected)) return value === expected && value !== undefined
  const [[name, operand] = ["", undefined], ...others] = Object.entries(expected)
  if (others.length > 0) throw new Error("An element of a pattern has one operator")
  switch (name) {
    case "exists":
      return (value !== undefined) === operand
    case "prefix":
      return typeof value === "string" && value.startsWith(String(operand))
    case "anything-but":
      if (value === undefined) return false
      return Array.isArray(operand) ? !operand.includes(value) : !matchesOne(operand, value)
    default:
      throw new Error(`The tests do not know the operator ${name}`)
  }
}
