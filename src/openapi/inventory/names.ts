import { member } from "../document.ts"
import type { AuthorizerSettings, InventoryApi } from "./types.ts"

/**
 * Names of functions in the value of an authorizer's URI: `orders` of an ARN, and logical ids of a template (`Ref`,
 * `Fn::GetAtt`, `${Name.Arn}`).
 */
export function functionNames(value: unknown): readonly string[] {
  const found = new Set<string>()
  const walk = (part: unknown, depth: number): void => {
    if (depth > 20) return
    if (typeof part === "string") {
      for (const [, name = ""] of part.matchAll(/:function:([\w-]+)/g)) found.add(name)
      for (const [, name = ""] of part.matchAll(/\$\{(\w+)(?:\.\w+)?\}/g)) found.add(name)
      return
    }
    if (typeof part !== "object" || part === null) return
    const reference = member(part, "Ref")
    const attribute = member(part, "Fn::GetAtt")
    if (typeof reference === "string" && !reference.startsWith("AWS::")) found.add(reference)
    else if (Array.isArray(attribute)) found.add(String(attribute[0]))
    else if (typeof attribute === "string") found.add(attribute.split(".")[0] ?? "")
    else for (const inner of Object.values(part)) walk(inner, depth + 1)
  }
  walk(value, 0)
  return [...found]
}

/** Whether a name shows that it is about hallpass. */
export function isMarked(name: string): boolean {
  return /hallpass/i.test(name)
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined
}

/** A number, also one written as text. */
export function number(value: unknown): number | undefined {
  if (typeof value === "number") return value
  return typeof value === "string" && /^\d+$/.test(value) ? Number(value) : undefined
}

/** True or false, also written as text. */
export function flag(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value
  return value === "true" ? true : value === "false" ? false : undefined
}

/** Identity sources from a list, or from one text with commas. Undefined if one of them is not shown. */
export function sources(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return []
  const list: unknown[] =
    typeof value === "string" ? value.split(",").map((part) => part.trim()) : Array.isArray(value) ? value : [value]
  const texts = list.filter((part): part is string => typeof part === "string")
  return texts.length === list.length ? texts.filter((part) => part !== "") : undefined
}

/** Settings without the members that are undefined. */
export function settingsOf(
  settings: { readonly [name in keyof AuthorizerSettings]: AuthorizerSettings[name] | undefined },
): AuthorizerSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

/** What a resource policy says on its own: an object, or its JSON as text. */
export function resourcePolicy(value: unknown): InventoryApi["resourcePolicy"] {
  if (value === undefined || value === null || value === "") return "silent"
  let policy = value
  if (typeof value === "string") {
    try {
      policy = JSON.parse(value)
    } catch {
      return "unknown"
    }
  }
  const given = member(policy, "Statement")
  if (given === undefined) return "unknown"
  const statements: unknown[] = Array.isArray(given) ? given : [given]
  const effects = statements.map((statement) => text(member(statement, "Effect"))?.toLowerCase())
  if (effects.includes("allow")) return "allows"
  return effects.every((effect) => effect === "deny") ? "silent" : "unknown"
}
