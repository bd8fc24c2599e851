import type { CheckedCredential } from "../credential/extract.ts"
import { askTheService, type ExportFinding } from "./exported.ts"

/** Where the target reads the token, in the words of Istio. */
export interface Places {
  readonly fromHeaders?: readonly { readonly name: string; readonly prefix?: string }[]
  readonly fromCookies?: readonly string[]
  readonly fromParams?: readonly string[]
}

/** The first place of the credential. Which token counts if a request has two is not defined in Istio and Envoy. */
export function placesOf({ header, scheme, cookie, query, subprotocol }: CheckedCredential): {
  readonly places: Places
  readonly findings: readonly ExportFinding[]
} {
  const findings: ExportFinding[] = []
  const names = Object.entries({ header, cookie, query }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  )
  const refuse = (name: string, message: string): void =>
    void findings.push({ severity: "error", path: `credential.${name}`, message, remedy: askTheService })
  for (const name of names.slice(1))
    refuse(name, "is a second place of the token, and a request with two would not be refused. The place is left out")
  if (subprotocol !== undefined) refuse("subprotocol", "is no place that the target reads. The place is left out")
  const [first] = names
  if (first === "header" && header !== undefined) {
    const prefix = scheme === null ? {} : { prefix: `${scheme} ` }
    return { places: { fromHeaders: [{ name: header, ...prefix }] }, findings }
  }
  if (first === "cookie" && cookie !== undefined) return { places: { fromCookies: [cookie] }, findings }
  if (first === "query" && query !== undefined) return { places: { fromParams: [query] }, findings }
  // Without a place the target would read its own default.
  return { places: { fromHeaders: [{ name: "x-hallpass-no-place" }] }, findings }
}
