import { reservedContextKeys } from "../../answer/context.ts"
import type { AnyOption } from "../../problems/declaration.ts"
import { providerNames } from "../../types/principal.ts"
import { contextKey } from "../declared/context.ts"
import { takenKeys } from "../declared/edge-headers.ts"
import { optionTexts } from "./texts.ts"

/** A JSON Schema, draft 7: what most editors read. */
export type Schema = { readonly [keyword: string]: unknown }

export type Members = { readonly [name: string]: AnyOption }

export const inherited: readonly string[] = Object.getOwnPropertyNames(Object.prototype)
/** No blank at either end, as `String.prototype.trim` understands blanks. */
const trimmed = "^\\S(?:[\\s\\S]*\\S)?$"
export const ref = (name: string): Schema => ({ $ref: `#/definitions/${name}` })
export const text: Schema = { type: "string", minLength: 1, maxLength: 2048, pattern: trimmed }
/** Numbers that JSON can hold. */
export const claimValue: Schema = {
  anyOf: [
    { type: ["string", "boolean"] },
    { type: "number", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  ],
}
const listOf = (items: Schema, minItems: number): Schema => ({
  type: "array",
  items,
  ...(minItems > 0 && { minItems }),
})
export const oneOrMore = (one: Schema): Schema => ({ anyOf: [one, listOf(one, 1)] })
export const closed = (properties: { readonly [name: string]: Schema }, required: readonly string[] = []): Schema => ({
  type: "object",
  properties,
  ...(required.length > 0 && { required }),
  additionalProperties: false,
})

/** What each kind of option is in a schema. @param at the path of the option's own options, for their texts */
// biome-ignore lint/suspicious/noExplicitAny: what a kind is about is up to the kind
const writers: { readonly [kind: string]: (about: readonly any[], at: string) => Schema } = {
  number: ([minimum, maximum]) => ({ type: "number", minimum, maximum }),
  flag: () => ({ type: "boolean" }),
  words: (words) => ({ enum: words }),
  text: ([pattern]) => (pattern === undefined ? ref("text") : { ...text, pattern: pattern.source }),
  orNull: ([one], at) => ({ anyOf: [schemaOf(one, at), { type: "null" }] }),
  list: ([item, least], at) => listOf(schemaOf(item, `${at}[]`), least),
  oneOrMore: ([item], at) => oneOrMore(schemaOf(item, at)),
  block: ([members], at) => blockSchema(members, at),
  claimName: () => ref("claimName"),
  claimPath: () => ref("claimPath"),
  claimPaths: () => ({
    anyOf: [ref("claimPath"), { type: "array", items: ref("claimPath"), contains: { type: "array" } }],
  }),
  claimValues: () => oneOrMore(ref("claimValue")),
  map: ([item]) => ({ type: "object", additionalProperties: schemaOf(item, "") }),
  context: () => ({
    type: "object",
    propertyNames: { pattern: contextKey.source, not: { enum: reservedContextKeys } },
    additionalProperties: ref("claimPath"),
  }),
  certificates: () => ({ type: "string", minLength: 1 }),
  demand: ([one], at) => {
    const names = schemaOf(one, at)
    return { anyOf: [names, closed({ all: names }, ["all"]), closed({ any: names }, ["any"])] }
  },
  alternatives: () => listOf({ allOf: [ref("alternative"), { minProperties: 1 }] }, 2),
  routes: () => ({
    type: "object",
    minProperties: 1,
    properties: {
      openapi: {
        description: "An OpenAPI document to take the table from, when the function is built, and by the commands.",
        anyOf: [{ type: "string" }, { type: "object", required: ["file"] }],
      },
    },
    additionalProperties: ref("rule"),
  }),
  jwks: () => ({ type: "object", properties: { keys: { type: "array", minItems: 1 } }, required: ["keys"] }),
  require: () => ({
    type: "object",
    minProperties: 1,
    propertyNames: ref("claimName"),
    additionalProperties: {
      anyOf: [oneOrMore(ref("claimValue")), closed({ present: { const: true } }, ["present"])],
    },
  }),
  version: () => ({
    anyOf: [{ enum: [1, 2] }, { type: "array", items: { enum: [1, 2] }, minItems: 1, uniqueItems: true }],
  }),
  keys: () => ref("keys"),
  provider: () => ({ enum: providerNames }),
  issuer: () => ref("issuer"),
  headerName: () => ref("headerName"),
  headers: () => ({
    type: "object",
    required: ["user"],
    propertyNames: {
      pattern: contextKey.source,
      not: { enum: [...reservedContextKeys, ...takenKeys, ...inherited.filter((name) => contextKey.test(name))] },
    },
    additionalProperties: { anyOf: [ref("headerName"), ref("header")] },
  }),
  secretReference: ([places]) => {
    const properties = Object.entries<{ readonly pattern: RegExp }>(places).map(([name, { pattern }]) => [
      name,
      { ...text, pattern: pattern.source },
    ])
    return { ...closed(Object.fromEntries(properties)), minProperties: 1, maxProperties: 1 }
  },
  evidenceOfHeader: () => listOf({ allOf: [ref("evidence"), { not: { required: ["jws"] } }] }, 1),
}

/** One option, without its text. */
export function schemaOf({ kind, about }: AnyOption, at: string): Schema {
  const writer = writers[kind]
  if (writer === undefined) throw new Error(`no schema for options of the kind ${kind}`)
  return writer(about, at)
}

/** An option with its text and its default. */
export function described(option: AnyOption, at: string): Schema {
  const schema = schemaOf(option, at)
  const plain = textOf(at)
  return {
    ...(plain !== undefined && { description: plain }),
    // A reference stands alone in draft 7: nothing beside it is read.
    ...("$ref" in schema ? { allOf: [schema] } : schema),
    ...(isWritten(option) && { default: option.fallback }),
  }
}

/** Whether a default is written as in a configuration: those of some kinds are what a check makes of it. */
function isWritten({ kind, presence, about }: AnyOption): boolean {
  const [item] = about as readonly (AnyOption | undefined)[]
  return (
    presence === "default" && kind !== "require" && kind !== "map" && !(kind === "oneOrMore" && item?.kind === "words")
  )
}

function textOf(at: string): string | undefined {
  const found = Object.hasOwn(optionTexts, at) ? optionTexts[at] : undefined
  const plain = typeof found === "object" ? `${found.text} Default: ${found.default}.` : found
  return plain?.replaceAll(/\[([^\]]+)\]\([\w.#/-]+\)/g, "$1").replaceAll("`", "")
}

export function blockSchema(members: Members, at: string): Schema {
  const properties = Object.entries(members).map(([name, option]): [string, Schema] => [
    name,
    described(option, at === "" ? name : `${at}.${name}`),
  ])
  const required = Object.entries(members).filter(([, { presence }]) => presence === "required")
  return closed(
    Object.fromEntries(properties),
    required.map(([name]) => name),
  )
}
