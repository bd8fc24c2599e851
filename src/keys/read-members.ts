import { withoutByteOrderMark } from "../shared/byte-order-mark.ts"
import { maxKeys, membersOf } from "./key-set.ts"
import { LongSet } from "./long-set.ts"
import type { Pace } from "./pace.ts"

/** The members of a JWK Set that are looked at. */
export interface ReadMembers {
  /** A member that is too long to be parsed is undefined, which no JSON text means. */
  readonly members: readonly unknown[]
  /** How many there are in all. */
  readonly count: number
}

/**
 * Longest text that is parsed in one go, a whole document or one member of a longer one: the worst one takes a few
 * milliseconds. A real member has some 10,000 characters, its certificate chain included.
 */
const maxParsedLength = 65_536

/**
 * Reads the members of a JWK Set that count, and looks at no others.
 *
 * @returns undefined if the text is no JWK Set
 */
export async function readMembers(body: string, pace: Pace): Promise<ReadMembers | undefined> {
  try {
    const text = withoutByteOrderMark(body)
    if (text.length <= maxParsedLength) {
      const list = membersOf(JSON.parse(text))
      return list && { members: list.slice(0, maxKeys), count: list.length }
    }
    const set = new LongSet(text, maxKeys)
    while (!set.scan()) await pace.rest()
    if (set.frame.length > maxParsedLength || membersOf(JSON.parse(set.frame)) === undefined) return undefined
    const members: unknown[] = []
    for (const member of set.memberTexts) {
      members.push(member.length > maxParsedLength ? undefined : JSON.parse(member))
      await pace.rest()
    }
    return { members, count: set.count }
  } catch {
    return undefined
  }
}
