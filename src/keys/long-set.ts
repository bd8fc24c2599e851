/** Characters of one step. */
const stepLength = 65_536

// Of JSON's grammar (RFC 8259) these are enough to find where a value ends.
const [quote, backslash, comma] = [0x22, 0x5c, 0x2c]
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d]

/**
 * Finds the members of a long JWK Set in its text. The platform's parser needs up to a second for a few megabytes that
 * an attacker made for that purpose, and cannot be interrupted; this looks through the text step by step, and leaves
 * the parsing of what it has found to the parser.
 */
export class LongSet {
  readonly #text: string
  readonly #maxMembers: number
  #at = 0
  #depth = 0
  /** Where the text literal begins that `#at` is in; -1 outside of one. */
  #literalAt = -1
  /** The last literal directly in the outer object: a name, if a value follows. */
  #name = ""
  /** Where the member begins that `#at` is in; -1 outside of the list. */
  #memberAt = -1
  #frameAt = 0
  #count = 0
  #memberTexts: string[] = []
  #frame = ""

  /** @param maxMembers most members whose text is kept */
  constructor(text: string, maxMembers: number) {
    this.#text = text
    this.#maxMembers = maxMembers
  }

  /** The document with an empty list in the place of its keys: whether it is a JWK Set is for the parser to say. */
  get frame(): string {
    return this.#frame + this.#text.slice(this.#frameAt)
  }

  /** The members' texts, the first ones of the last list `keys`. */
  get memberTexts(): readonly string[] {
    return this.#memberTexts
  }

  /** How many members there are in all. */
  get count(): number {
    return this.#count
  }

  /** Takes one step. @returns whether it was the last one */
  scan(): boolean {
    const text = this.#text
    const until = Math.min(this.#at + stepLength, text.length)
    let [at, depth, literalAt] = [this.#at, this.#depth, this.#literalAt]
    for (; at < until; at++) {
      const character = text.charCodeAt(at)
      if (literalAt >= 0) {
        if (character === backslash) at++
        else if (character === quote) {
          if (depth === 1) this.#name = text.slice(literalAt, at + 1)
          literalAt = -1
        }
      } else if (character === quote) literalAt = at
      else if (character === openList || character === openObject) {
        depth++
        if (depth === 2 && character === openList && this.#name === '"keys"') this.#openList(at)
      } else if (character === closeList || character === closeObject) {
        if (depth === 2) this.#closeList(at)
        depth--
      } else if (character === comma && depth === 2 && this.#memberAt >= 0) {
        this.#endMember(at)
        this.#memberAt = at + 1
      }
    }
    this.#at = at
    this.#depth = depth
    this.#literalAt = literalAt
    return at >= text.length
  }

  /** Of two members of one name the last one counts, as in every JSON parser. */
  #openList(at: number): void {
    this.#frame += this.#text.slice(this.#frameAt, at + 1)
    this.#memberAt = at + 1
    this.#memberTexts = []
    this.#count = 0
  }

  #closeList(at: number): void {
    if (this.#memberAt < 0) return
    const isEmpty = this.#count === 0 && this.#text.slice(this.#memberAt, at).trim() === ""
    if (!isEmpty) this.#endMember(at)
    this.#memberAt = -1
    this.#frameAt = at
  }

  #endMember(at: number): void {
    this.#count++
    if (this.#memberTexts.length < this.#maxMembers) this.#memberTexts.push(this.#text.slice(this.#memberAt, at))
  }
}
