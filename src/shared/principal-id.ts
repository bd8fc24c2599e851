/** Longest subject, in characters. */
const maxSubjectLength = 512
/** Most bytes of a principalId as JSON writes it, without its quotes: the answer that holds it has to fit into 8 KB. */
const maxIdBytes = 1024

/**
 * Whether a value can identify a caller. Lone surrogates have no UTF-8 form, so two of them would become one id
 * (SR-145).
 */
export function isSubject(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= maxSubjectLength && value.isWellFormed()
}

/**
 * The `principalId`: issuer and subject, unambiguous as long as no issuer holds a `|`.
 *
 * @param issuer the `iss` claim
 * @param subject the `sub` claim, or the claim that this provider has in its place
 * @param mark goes before the subject, so that a client never has the id of a user of the same name (SR-071)
 * @returns undefined if it would be longer than 1024 bytes
 * @example
 * ```ts
 * import { principalId } from "hallpass/observe"
 *
 * console.log(principalId("https://acme.okta.com/oauth2/default", "Ann B")) // https://acme.okta.com/oauth2/default|Ann%20B
 * ```
 */
export function principalId(issuer: string, subject: string, mark = ""): string | undefined {
  const id = `${issuer}|${mark}${printable(subject)}`
  return fitsAnswer(id) ? id : undefined
}

/**
 * Whether an answer has room for an id. JSON writes a character in six bytes at most, so most ids need not be counted.
 */
export function fitsAnswer(id: string): boolean {
  return id.length * 6 <= maxIdBytes || Buffer.byteLength(JSON.stringify(id)) - 2 <= maxIdBytes
}

const plain = /^[!-$&-~]*$/ // printable ASCII without the blank and without %

/** Percent-encodes what does not belong into an id, `%` included, so that two subjects never become one. */
function printable(subject: string): string {
  if (plain.test(subject)) return subject
  let encoded = ""
  for (const octet of Buffer.from(subject, "utf8")) {
    const character = String.fromCharCode(octet)
    encoded += plain.test(character) ? character : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`
  }
  return encoded
}
