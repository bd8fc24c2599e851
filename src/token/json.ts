// Not imported, for the reason that shared/node-crypto.ts has.
const { isUtf8 } = process.getBuiltinModule("node:buffer")

/**
 * A parsed JSON object. Reading a member that it does not have gives undefined: see `parseObject`. `__proto__` and
 * `constructor` in the JSON are own members like any other and change no other object (SR-015).
 */
export type JsonObject = { readonly [name: string]: unknown }

/**
 * Reads the one JSON object that a segment must hold (RFC 7519 section 7.2), or undefined. The octets must be UTF-8.
 * Of members with one name the last counts, here as everywhere (RFC 7519 section 4).
 */
export function parseObject(octets: Buffer): JsonObject | undefined {
  // Decoding replaces what is not UTF-8 without a word; `isUtf8` costs 0.1 µs, a fatal TextDecoder 1 µs.
  if (!isUtf8(octets)) return undefined
  let value: unknown
  try {
    value = JSON.parse(octets.toString())
  } catch {
    return undefined
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined
  // Nothing that a prototype carries may ever satisfy a check (RFC 8725 section 3.10). `Object.hasOwn` before each of
  // some 25 look-ups takes 2.5 µs and so does taking the prototype away; looking whether a program has added a member
  // to `Object.prototype` takes none. Its built-in names are refused as claim names in the configuration.
  return (prototypeIsPolluted() ? Object.setPrototypeOf(value, null) : value) as JsonObject
}

const probe = {}

function prototypeIsPolluted(): boolean {
  for (const _name in probe) return true
  return false
}

/** Deepest nesting of claims that is accepted. */
const maxDepth = 64

/**
 * Freezes a parsed value through and through, so that no receiver can change cached claims.
 *
 * @returns false if it nests deeper than 64
 */
export function deepFreeze(root: JsonObject): boolean {
  // Usual claims are scalars and flat lists: these need no list of what is still to do.
  for (const name in root) {
    const value = root[name]
    if (!isObject(value)) continue
    if (!Array.isArray(value)) return freezeByLevel(root)
    for (let at = 0; at < value.length; at++) if (isObject(value[at])) return freezeByLevel(root)
    Object.freeze(value)
  }
  Object.freeze(root)
  return true
}

/** Iterative, because a payload may nest thousands deep (SR-014). */
function freezeByLevel(root: JsonObject): boolean {
  let level: readonly object[] = [root]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return false
    const next: object[] = []
    for (const value of level) {
      // Looked through before it is frozen, and lists by index: the other way round takes 2 µs more.
      if (Array.isArray(value)) {
        for (const inner of value as unknown[]) if (isObject(inner)) next.push(inner)
      } else {
        for (const name in value) {
          const inner = (value as JsonObject)[name]
          if (isObject(inner)) next.push(inner)
        }
      }
      Object.freeze(value)
    }
    level = next
  }
  return true
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null
}
