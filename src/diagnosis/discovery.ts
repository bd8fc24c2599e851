import type { IssuerProfile } from "../provider/profile.ts"
import { type Findings, shown } from "./finding.ts"

const wellKnown = ".well-known/openid-configuration"

/** Where an issuer whose keys are found without discovery has its document, if it has one. */
export function discoveryGuesses({ name }: IssuerProfile, jwksUri: string): readonly string[] {
  if (!URL.canParse(jwksUri)) return []
  const { origin, pathname } = new URL(jwksUri)
  const ofIssuer = URL.canParse(name) ? `${new URL(name).pathname.replace(/\/$/, "")}/${wellKnown}` : undefined
  // Microsoft's servers: the document is beside the keys.
  const beside = /\/discovery\/(v2\.0\/)?keys$/.test(pathname)
    ? pathname.replace(/\/discovery\/(v2\.0\/)?keys$/, (_, version = "") => `/${version}${wellKnown}`)
    : undefined
  return [...new Set([ofIssuer, beside].filter((path) => path !== undefined))].map((path) => origin + path)
}

/** Compares how the issuer spells itself with what the configuration accepts. */
export function judgeIssuer(
  document: { readonly [member: string]: unknown },
  { issuers, tenantIssuers, name, provider }: IssuerProfile,
  findings: Findings,
): void {
  // AD FS names what its access tokens have in a member of its own.
  const said = (provider === "adfs" ? document.access_token_issuer : undefined) ?? document.issuer
  if (typeof said !== "string") {
    findings.warning("issuer", "The discovery document names no issuer.", "Check the address of the document.")
    return
  }
  const patterns = tenantIssuers.map(({ prefix, suffix }) => `${prefix}{tenantid}${suffix}`)
  if (issuers.some(({ issuer }) => issuer === said) || patterns.includes(said)) return
  if (tenantIssuers.some(({ prefix, suffix }) => said.startsWith(prefix) && said.endsWith(suffix))) return
  findings.error(
    "issuer",
    `The issuer calls itself "${shown(said, 300)}", you configured "${shown(name, 300)}"${difference(said, name)}. Tokens with the issuer's spelling are refused (issuer_unknown).`,
    "Configure the issuer character for character as its tokens have it.",
  )
}

/** In what two spellings differ, if it is something that is easily overlooked. */
export function difference(one: string, other: string): string {
  if (`${one}/` === other || `${other}/` === one) return ": they differ by the slash at the end"
  if (one.toLowerCase() === other.toLowerCase()) return ": they differ in upper and lower case"
  if (one.trim() === other.trim()) return ": they differ by blanks"
  if (one.replace(/^https?:/, "") === other.replace(/^https?:/, "")) return ": they differ in http and https"
  return ""
}

/** Compares the algorithms that the issuer announces with the configured ones. */
export function judgeAlgorithms(
  document: { readonly [member: string]: unknown },
  { algorithms }: IssuerProfile,
  findings: Findings,
): void {
  const announced = document.id_token_signing_alg_values_supported
  if (!Array.isArray(announced) || announced.length === 0) return
  const names = algorithms.flatMap(({ name, alias }) => [name, alias])
  if (announced.some((name) => names.includes(name))) return
  findings.warning(
    "algorithms",
    `The issuer announces ${shown(announced.join(", "))}, you accept ${algorithms.map(({ name }) => name).join(", ")}.`,
    "The list is about ID tokens. If access tokens have the same, set algorithms of the issuer.",
  )
}
