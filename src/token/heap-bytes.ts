/** Most texts that are remembered as shared. */
const maxShared = 4096
/** The JSON parser keeps texts of up to so many characters once for all tokens. */
const maxSharedLength = 10
/** An object with more members is a hash table. */
const maxFastMembers = 128

/**
 * Counts the heap that claims take, by what they consist of: objects, members, lists and texts (Node 22 to 26, 64
 * bits). The names of members and short texts are counted where they are new, because later tokens share them.
 */
export class HeapBytes {
  readonly #shared = new Set<string>()

  /** Bytes of a value that came out of `JSON.parse`, of some depth at most. */
  of(value: unknown): number {
    if (typeof value === "string") return this.#ofText(value)
    if (typeof value === "number") return (value | 0) === value ? 0 : 16
    if (typeof value !== "object" || value === null) return 0
    return Array.isArray(value) ? this.#ofList(value) : this.#ofObject(value as { readonly [name: string]: unknown })
  }

  #ofList(list: readonly unknown[]): number {
    let bytes = list.length === 0 ? 32 : 48 + 8 * list.length
    for (let at = 0; at < list.length; at++) bytes += this.of(list[at])
    return bytes
  }

  #ofObject(object: { readonly [name: string]: unknown }): number {
    let [bytes, members, fresh] = [0, 0, 0]
    for (const name in object) {
      members++
      if (this.#isNew(name)) {
        fresh++
        bytes += textBytes(name)
      }
      bytes += this.of(object[name])
    }
    if (members === 0) return 56
    if (members > maxFastMembers) return bytes + 64 + 24 * 2 ** Math.ceil(Math.log2(1.5 * members))
    // A name that is new makes the engine describe another kind of object, before and after it is frozen.
    return bytes + 24 + 8 * members + 144 * fresh
  }

  #ofText(text: string): number {
    return text.length <= maxSharedLength && !this.#isNew(text) ? 0 : textBytes(text)
  }

  #isNew(text: string): boolean {
    if (this.#shared.has(text)) return false
    if (this.#shared.size >= maxShared) this.#shared.clear()
    this.#shared.add(text)
    return true
  }
}

/** A header, and one or two octets for each character. */
function textBytes(text: string): number {
  const wide = Buffer.byteLength(text) !== text.length && /[^\0-\xff]/.test(text)
  return 16 + 8 * Math.ceil((wide ? 2 * text.length : text.length) / 8)
}
