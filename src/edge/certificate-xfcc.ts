/** The members of one XFCC element that say who the client is. */
export interface XfccElement {
  /** SHA-256 of the certificate, hex. */
  readonly hash: string | undefined
  readonly subject: string | undefined
  readonly uris: readonly string[]
  readonly dns: readonly string[]
  /** Percent-encoded PEM. */
  readonly cert: string | undefined
  readonly chain: string | undefined
}

interface Pair {
  /** In lower case. */
  readonly key: string
  readonly value: string
  readonly quoted: boolean
  /** The index of the separator after the pair, or the end of the text. */
  readonly end: number
}

const hashForm = /^[0-9a-fA-F]{64}$/
const unquotedForm = /^[^",;=]*$/
const repeatable = new Set(["by", "uri", "dns"])

/**
 * Reads the only element of an `x-forwarded-client-cert` value: `Key=Value` pairs between `;`. A second element (`,`),
 * a key that comes twice and may not, a subject without quotes and text after a closing quote are refused.
 *
 * Inside of quotes a backslash takes the next character with it. A subject keeps its backslashes, which are those of
 * its DN (RFC 4514); the text after a quote that ends too early is then no separator, because DNs escape these.
 * Linear time: the index only moves forward.
 */
export function readXfccElement(text: string): XfccElement | undefined {
  const pairs: Pair[] = []
  for (let at = 0; at <= text.length; ) {
    const pair = readPair(text, at)
    if (pair === undefined || text[pair.end] === ",") return undefined
    pairs.push(pair)
    at = pair.end + 1
  }
  const keys = pairs.map(({ key }) => key).filter((key) => !repeatable.has(key))
  if (new Set(keys).size !== keys.length) return undefined
  const valuesOf = (wanted: string) =>
    pairs.filter(({ key, value }) => key === wanted && value !== "").map(({ value }) => value)
  const subject = pairs.find(({ key }) => key === "subject")
  const [hash] = valuesOf("hash")
  if (subject?.quoted === false || (hash !== undefined && !hashForm.test(hash))) return undefined
  return {
    hash,
    subject: subject?.value || undefined,
    uris: valuesOf("uri").map(withoutEscapes),
    dns: valuesOf("dns").map(withoutEscapes),
    cert: valuesOf("cert")[0],
    chain: valuesOf("chain")[0],
  }
}

function readPair(text: string, start: number): Pair | undefined {
  const equals = text.indexOf("=", start)
  if (equals < 0) return undefined
  const key = text.slice(start, equals).toLowerCase()
  if (!/^[a-z]+$/.test(key)) return undefined
  const quoted = text[equals + 1] === '"'
  if (!quoted) {
    let end = equals + 1
    while (end < text.length && text[end] !== ";" && text[end] !== ",") end++
    const value = text.slice(equals + 1, end)
    return unquotedForm.test(value) ? { key, value, quoted, end } : undefined
  }
  for (let at = equals + 2; at < text.length; at++) {
    if (text[at] === "\\") at++
    else if (text[at] === '"') {
      const end = at + 1
      const separated = end === text.length || text[end] === ";" || text[end] === ","
      return separated ? { key, value: text.slice(equals + 2, at), quoted, end } : undefined
    }
  }
  return undefined
}

function withoutEscapes(value: string): string {
  return value.replace(/\\(["\\])/g, "$1")
}
