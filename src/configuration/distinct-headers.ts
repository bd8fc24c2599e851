import { foldHeaderName } from "../edge/headers.ts"
import type { Report } from "../problems/option-checks.ts"
import type { AroundEdge, CheckedEdge } from "./checked-edge.ts"

/** A header of the configuration: its place, and what it is for. */
interface NamedHeader {
  readonly name: string
  readonly path: string
  /** Evidence of one kind may share a header; everything else has one of its own. */
  readonly use: "identity" | "credential" | "jws" | "hmac" | "secret"
}

/** Refuses two headers of one name, and names that some program takes for one (SR-122). */
export function checkDistinctHeaders(edge: CheckedEdge, around: AroundEdge, report: Report): void {
  const first = new Map<string, NamedHeader>()
  for (const header of namedHeaders(edge, around)) {
    const folded = foldHeaderName(header.name)
    const before = first.get(folded)
    if (before === undefined) {
      first.set(folded, header)
      continue
    }
    const sameName = before.name.toLowerCase() === header.name.toLowerCase()
    const isEvidence = header.use !== "identity" && header.use !== "credential"
    if (sameName && isEvidence && before.use === header.use) continue
    report(
      header.path,
      sameName
        ? `names the same header as ${before.path}; give each its own`
        : `is an alias of the header at ${before.path}: many programs take - _ and . for one; choose another name`,
    )
  }
}

function namedHeaders(
  { role, headers, evidence }: CheckedEdge,
  { issuers, credential }: AroundEdge,
): readonly NamedHeader[] {
  const named: NamedHeader[] = []
  if (credential.header !== undefined && (issuers.length > 0 || role === "attributes")) {
    named.push({ name: credential.header, path: "credential.header", use: "credential" })
  }
  for (const [key, { name }] of Object.entries(headers)) {
    named.push({ name, path: `edge.headers.${key}`, use: "identity" })
  }
  for (const { path, jws, hmac, secret } of evidence) {
    if (jws) named.push({ name: jws.header, path: `${path}.jws.header`, use: "jws" })
    if (hmac) named.push({ name: hmac.header, path: `${path}.hmac.header`, use: "hmac" })
    if (secret) named.push({ name: secret.header, path: `${path}.secret.header`, use: "secret" })
  }
  return named
}
