import { isMonotonous } from "./format.ts"

/** Keys that a document prints: the test vector of edge-v1, which docs/edge.md showed in an example. Lower-case hex. */
const published: ReadonlySet<string> = new Set(["000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"])

/** Fewer different hexadecimal digits than this: numbers, dates and words such as `c0ffee`. */
const leastDigits = 11
const textDecoder = new TextDecoder("utf-8", { fatal: true })
/** No control characters but line ends, tabs and the zeros that fill a text up. */
const textForm = /^[\0\t\n\r\P{Cc}]*$/u

/**
 * Whether a key follows a pattern or is a text, so that it can be guessed. Of 32 random bytes less than one in ten
 * million is taken for guessable; most of these for a text.
 *
 * @param key 32 bytes or more
 */
export function isGuessable(key: Buffer): boolean {
  const hex = key.toString("hex")
  if (published.has(hex) || isMonotonous(key) || new Set(hex).size < leastDigits) return true
  return isFilledUp(key) || isText(key) || repeatsItself(key) || repeatsItself(Uint8Array.from(stepsOf(key, 1)))
}

/** One byte makes up more than a quarter: a shorter key that was filled up, a counter of several bytes, UTF-16. */
function isFilledUp(key: Buffer): boolean {
  const counts = new Uint8Array(256)
  for (const byte of key) counts[byte] = (counts[byte] as number) + 1
  return Math.max(...counts) > key.length / 4
}

/** UTF-8, or ASCII but for an eighth of the bytes, as other encodings of words are. */
function isText(key: Buffer): boolean {
  let printable = 0
  for (const byte of key) if ((byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d) printable++
  if (printable >= (key.length * 7) / 8) return true
  try {
    return textForm.test(textDecoder.decode(key))
  } catch {
    return false
  }
}

/**
 * Whether each byte follows from one before it, at some distance up to half the length. That finds a repeated block,
 * and bytes or blocks that count up or down.
 */
function repeatsItself(key: Uint8Array): boolean {
  for (let distance = 1; distance <= key.length / 2; distance++) {
    if (isMonotonous(stepsOf(key, distance))) return true
  }
  return false
}

/** What each byte adds to the one so far before it, modulo 256. */
function* stepsOf(key: Uint8Array, distance: number): Generator<number> {
  for (let at = distance; at < key.length; at++) yield ((key[at] as number) - (key[at - distance] as number)) & 0xff
}
