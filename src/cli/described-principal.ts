import { readFile } from "node:fs/promises"
import { text as textOf } from "node:stream/consumers"
import type { Principal } from "../index.ts"
import { UsageError } from "./frame/command.ts"
import { readJson } from "./frame/json-text.ts"

const lists = ["scopes", "roles", "groups", "permissions"] as const
const known = ["issuer", "subject", "kind", "claims", ...lists]
const kinds = ["user", "app", "unknown"] as const

/**
 * A principal as a user describes it, for trying rules without a token.
 *
 * @param file JSON; `-` for standard input
 * @throws UsageError (rejects) when it cannot be read, or says something that no principal has. Never repeats a value
 */
export async function describedPrincipal(file: string): Promise<Principal> {
  const given = parse(await read(file))
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new UsageError(`the principal has no member ${JSON.stringify(unknown)}; known: ${known.join(", ")}`)
  const { kind = "user", claims = {} } = given
  const issuer = textIn(given, "issuer", "https://issuer.example")
  const subject = textIn(given, "subject", "somebody")
  if (!isOneOf(kinds, kind)) throw new UsageError(`kind of the principal must be one of ${kinds.join(", ")}`)
  if (!isObject(claims)) throw new UsageError("claims of the principal must be an object")
  const [scopes, roles, groups, permissions] = lists.map((name) => listIn(given, name)) as [Texts, Texts, Texts, Texts]
  const held = { scopes, roles, groups, permissions, claims }
  return { id: `${issuer}|${subject}`, provider: "oidc", issuer, subject, kind, ...held, expiresAt: 0 }
}

type Texts = readonly string[]
type Given = { readonly [name: string]: unknown }

async function read(file: string): Promise<string> {
  if (file === "-") return textOf(process.stdin)
  try {
    return await readFile(file, "utf8")
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

function parse(text: string): Given {
  const given = readJson(text, "the principal") // whose messages quote nothing: the text may be a token
  if (!isObject(given)) throw new UsageError("the principal must be an object")
  return given
}

function textIn(given: Given, name: string, fallback: string): string {
  const value = given[name] ?? fallback
  if (typeof value !== "string") throw new UsageError(`${name} of the principal must be a string`)
  return value
}

function listIn(given: Given, name: string): Texts {
  const list = given[name] ?? []
  if (!Array.isArray(list) || !list.every((item) => typeof item === "string"))
    throw new UsageError(`${name} of the principal must be a list of strings`)
  return list
}

function isObject(value: unknown): value is Given {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function isOneOf<T extends string>(words: readonly T[], value: unknown): value is T {
  return words.some((word) => word === value)
}
