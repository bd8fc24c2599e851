import { isPlainName, looksLikeName, type NameAttribute, readDistinguishedName } from "./distinguished-name.ts"

/**
 * The form in which two names, or two DNs, are equal exactly if a directory takes them for the same. Letter case does
 * not count, nor do blanks around separators, the choice of escapes or the order inside of a multi-valued RDN. For
 * comparing only; never shown. A plain name never equals a DN.
 */
export function comparableName(text: string): string {
  if (!looksLikeName(text) || isPlainName(text)) return foldCase(text)
  const names = readDistinguishedName(text)
  if (names === undefined) return foldCase(text)
  return names.map((attributes) => attributes.map(comparableAttribute).sort().join("+")).join(",")
}

function comparableAttribute({ type, value, encoded }: NameAttribute): string {
  if (encoded) return `${type.toLowerCase()}=${value.toLowerCase()}`
  return `${type.toLowerCase()}=${foldCase(value).replace(/[\\,+=]|^#/g, "\\$&")}`
}

const ascii = /^[ -~]*$/

/**
 * Letter case away, one letter for one letter: a capital is folded only where it is the capital of its small letter.
 * So `É` is `é`, but the Kelvin sign is no `k`, `ſ` no `s`, `ı` no `i` and `ß` no `ss`: full Unicode folding would let
 * a person who may name a group take the name of another. Locale-independent. Accents count.
 */
export function foldCase(text: string): string {
  if (ascii.test(text)) return text.toLowerCase()
  let folded = ""
  for (const character of text) {
    const small = character.toLowerCase()
    folded += small.toUpperCase() === character ? small : character
  }
  return folded
}

/**
 * Gives received names the spelling that the rules use, so that rules can go on comparing exactly. A rule that says
 * `Ops` is met by `OPS` and `ops`; a rule with a DN is met by the same DN in another case or with other escapes. Where
 * rules spell one name in two ways, both spellings come out. Names that no rule holds stay as they were received.
 *
 * @param configured every group (or role …) that a rule of the configuration names
 */
export function createSpellings(configured: Iterable<string>): (received: readonly string[]) => readonly string[] {
  const spellings = new Map<string, string[]>()
  for (const name of new Set(configured)) {
    const comparable = comparableName(name)
    const same = spellings.get(comparable)
    if (same === undefined) spellings.set(comparable, [name])
    else same.push(name)
  }
  if (spellings.size === 0) return (received) => received
  return (received) => {
    let spelled: Set<string> | undefined
    for (const [at, name] of received.entries()) {
      const same = spellings.get(comparableName(name))
      if (same === undefined) spelled?.add(name)
      else {
        spelled ??= new Set(received.slice(0, at))
        for (const spelling of same) spelled.add(spelling)
      }
    }
    return spelled === undefined ? received : Object.freeze([...spelled])
  }
}
