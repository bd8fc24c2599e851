/** Subject alternative names by type. */
export interface AlternativeNames {
  readonly uris: readonly string[]
  readonly dns: readonly string[]
  readonly emails: readonly string[]
}

/**
 * Reads `subjectAltName` as Node writes it: `DNS:a.example, URI:spiffe://…`. Names that could be taken for several ones
 * are in quotes there, as JSON (CVE-2021-44532), and are read as such. Linear time: the index only moves forward.
 *
 * @returns undefined if the text has another form
 */
export function readAlternativeNames(text: string | undefined): AlternativeNames | undefined {
  const names = { uris: [] as string[], dns: [] as string[], emails: [] as string[] }
  if (text === undefined || text === "") return names
  for (let at = 0; at < text.length; ) {
    const colon = text.indexOf(":", at)
    if (colon <= at) return undefined
    const quoted = text[colon + 1] === '"'
    const end = quoted ? endOfQuotes(text, colon + 1) : endOfName(text, colon + 1)
    if (end < 0 || (end < text.length && !text.startsWith(", ", end))) return undefined
    const name = quoted ? parseQuoted(text.slice(colon + 1, end)) : text.slice(colon + 1, end)
    if (name === undefined) return undefined
    listOf(names, text.slice(at, colon))?.push(name)
    at = end + 2
  }
  return names
}

function listOf(names: { uris: string[]; dns: string[]; emails: string[] }, type: string): string[] | undefined {
  if (type === "URI") return names.uris
  if (type === "DNS") return names.dns
  return type === "email" ? names.emails : undefined
}

function endOfName(text: string, start: number): number {
  const comma = text.indexOf(", ", start)
  return comma < 0 ? text.length : comma
}

function endOfQuotes(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++
    else if (text[at] === '"') return at + 1
  }
  return -1
}

function parseQuoted(json: string): string | undefined {
  try {
    const name: unknown = JSON.parse(json)
    return typeof name === "string" ? name : undefined
  } catch {
    return undefined
  }
}
