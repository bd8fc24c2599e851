import { nodeCrypto } from "../shared/node-crypto.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"

/** The parts of a configuration that decide what answers allow. */
export type AnswerTable = Pick<AuthorizerConfig, "gateway" | "routes" | "unmatched">

/** An answer's own name, taken apart. */
export interface AnswerName {
  /** The first 8 hex digits of the SHA-256 of the route table that made the answer. */
  readonly tableHash: string
  /** Whether each route of the table is permitted, in its order; undefined if the name holds only a hash of that. */
  readonly permitted: readonly boolean[] | undefined
  /** The first 16 hex digits of the SHA-256 over the bitmap, if it was too long. */
  readonly bitmapHash?: string
}

/** Longest name, characters. */
const maxLength = 256

/**
 * Identifies the route table of a configuration: the first 8 hex digits of SHA-256 over the canonical JSON (RFC 8785)
 * of `gateway`, `routes` and `unmatched`, as the configuration has them.
 *
 * @param table a configuration, or those three members of it
 * @example
 * ```ts
 * import { answerTableHash } from "hallpass/policy"
 *
 * console.log(answerTableHash({ routes: { "GET /orders": { scopes: ["orders:read"] } } })) // 252ea615
 * ```
 */
export function answerTableHash({ gateway, routes, unmatched }: AnswerTable): string {
  const listed = routes && Object.entries(routes)
  const text = canonicalJson({ gateway, routes: listed ?? [], unmatched })
  return nodeCrypto.hash("sha256", text).slice(0, 8)
}

/** The name of one answer, and its bitmap, which a name that would be too long does not hold. */
export interface NamedAnswer {
  readonly name: string
  readonly bitmap: string
}

/**
 * Names answers of one table: `v1.HHHHHHHH.BITMAP`. Takes the indices of the permitted routes.
 *
 * @param routes how many routes the table has
 * @param hash see `answerTableHash`; undefined: computed for the first name
 */
export function createAnswerNames(
  table: AnswerTable,
  routes: number,
  hash: string | undefined,
): (permitted: readonly number[]) => NamedAnswer {
  let known = hash
  return (permitted) => {
    known ??= answerTableHash(table)
    const octets = Buffer.alloc(Math.ceil(routes / 8))
    // The first route is the highest bit of the first byte.
    for (const index of permitted) octets[index >> 3] = (octets[index >> 3] ?? 0) | (0x80 >> (index & 7))
    const bitmap = octets.toString("base64url")
    const name = `v1.${known}.${bitmap}`
    if (name.length <= maxLength) return { name, bitmap }
    return { name: `v1.${known}.#${nodeCrypto.hash("sha256", octets).slice(0, 16)}`, bitmap }
  }
}

/**
 * Reads the name of an answer, `v1.HHHHHHHH.BITMAP`, as the access log has it in `answer`.
 *
 * @param text the value of `$context.authorizer.answer`, at most 256 characters
 * @param routeCount how many routes the table has
 * @returns undefined for a text that is no name of an answer
 * @example
 * ```ts
 * import { readAnswerName } from "hallpass/policy"
 *
 * console.log(readAnswerName("v1.1f2e3d4c.gA", 2)) // { tableHash: '1f2e3d4c', permitted: [ true, false ] }
 * ```
 */
export function readAnswerName(text: string, routeCount: number): AnswerName | undefined {
  const [, tableHash = "", rest = ""] = /^v1\.([0-9a-f]{8})\.(#[0-9a-f]{16}|[A-Za-z0-9_-]*)$/.exec(text) ?? []
  if (tableHash === "" || text.length > maxLength) return undefined
  if (rest.startsWith("#")) return { tableHash, permitted: undefined, bitmapHash: rest.slice(1) }
  const octets = Buffer.from(rest, "base64url")
  const bit = (index: number): boolean => ((octets[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0
  return { tableHash, permitted: Array.from({ length: routeCount }, (_, index) => bit(index)) }
}

/**
 * JSON as RFC 8785 writes it: members sorted by their UTF-16 code units, no blanks. Members that are undefined are left
 * out.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(",")}}`
}
