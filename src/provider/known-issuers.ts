import type { Report } from "../problems/option-checks.ts"
import type { Requirement } from "./profile.ts"
import { type SharedIssuers, sharedIssuers } from "./shared-issuers.ts"

/** The options that say what an issuer's tokens are, and where its keys are. */
interface KnownBy {
  readonly require: readonly Requirement[]
  readonly tokenUse?: "access" | "id"
  readonly jwksUri?: string
  readonly discoveryUrl?: string
}

/**
 * Refuses an issuer under a preset without rules for it. That is an issuer with a preset of its own. It is also a
 * shared issuer, which gives tokens for any audience, if `require` does not pin the owner.
 *
 * @returns whether `require` pins the owner of such an issuer
 */
export function checkKnownIssuer(
  issuer: string,
  { require, tokenUse, jwksUri, discoveryUrl }: KnownBy,
  path: string,
  report: Report,
): boolean {
  const lowerCase = issuer.toLowerCase()
  const known = withPreset.find(
    ({ mark, form, idTokensToo = true }) =>
      lowerCase.includes(mark) && form.test(lowerCase) && (idTokensToo || tokenUse !== "id"),
  )
  if (known !== undefined) report(`${path}.provider`, `must be "${known.preset}" for this issuer: ${known.because}`)
  const shared = sharedIssuerOf(issuer, [jwksUri, discoveryUrl])
  if (shared === undefined) return false
  if (shared.owners.some((owner) => pins(owner, require))) return true
  report(
    `${path}.require`,
    `must give the exact value of a claim that names the owner, ${ownersOf(shared)}: ${strangers(shared)}`,
  )
  return false
}

interface WithPreset {
  /** What each such issuer contains: an expression costs a start 40 µs, so it is only asked if this is there. */
  readonly mark: string
  /** The form of such an issuer in lower case. */
  readonly form: RegExp
  readonly preset: string
  readonly because: string
  /** False if the generic rules are right for the issuer's ID tokens. */
  readonly idTokensToo?: boolean
}

const idTokens = "the generic rules take its ID tokens for access tokens"
/** Issuers whose tokens need more than the generic rules. The first row that fits counts. */
const withPreset: readonly WithPreset[] = [
  {
    mark: ".b2clogin.",
    form: /^https?:\/\/[^/]+\.b2clogin\.(?:com|us|cn)(?=[:/]|$)/,
    preset: "entra-b2c",
    because: `${idTokens}. Name tenant, tenantName and policy`,
  },
  {
    mark: ".ciamlogin.",
    form: /^https?:\/\/[^/]+\.ciamlogin\.(?:com|us|cn)(?=[:/]|$)/,
    preset: "entra-external-id",
    because: `${idTokens}. Name tenant and audience`,
  },
  {
    // Where Azure AD B2C issued from before it moved: with a policy in the path, or with a slash at the end.
    mark: "login.microsoftonline.com/",
    form: /^https?:\/\/login\.microsoftonline\.com\/(?:te\/|tfp\/|[^/]+\/b2c_1|[^/]+\/v2\.0\/$)/,
    preset: "entra-b2c",
    because: "Azure AD B2C issues from TENANT.b2clogin.com now. Set domain if your tokens name another host",
  },
  {
    mark: "microsoftonline.",
    form: /^https?:\/\/login\.(?:microsoftonline\.(?:com|us)|partner\.microsoftonline\.cn)(?=[:/]|$)/,
    preset: "entra",
    because: idTokens,
  },
  {
    mark: "//sts.",
    form: /^https?:\/\/sts\.(?:windows\.net|chinacloudapi\.cn)(?=[:/]|$)/,
    preset: "entra",
    because: idTokens,
  },
  { mark: "cognito-idp", form: /^https?:\/\/(?:issuer-)?cognito-idp[.-]/, preset: "cognito", because: idTokens },
  {
    mark: "/adfs",
    form: /^https?:\/\/[^/]+\/adfs\/?$/,
    preset: "adfs",
    because: "only ID tokens name it as iss. AD FS's access tokens name access_token_issuer",
    idTokensToo: false,
  },
]

/** The row of the table that an issuer, or the address of its keys, belongs to. */
export function sharedIssuerOf(issuer: string, keysAt: readonly unknown[] = []): SharedIssuers | undefined {
  const at = plainAddress(issuer)
  const keys = keysAt.filter((address) => typeof address === "string").map(plainAddress)
  return sharedIssuers.find(
    (row) =>
      row.at.some((pattern) => isAt(at, pattern)) ||
      row.keysAt?.some((pattern) => keys.some((address) => isAt(address, pattern))),
  )
}

/** Host and path in lower case, without `https`, user, port and a dot at the host's end: what makes no other issuer. */
function plainAddress(address: string): string {
  const text = address.toLowerCase()
  const begun = schemes.find((scheme) => text.startsWith(scheme))?.length ?? 0
  const user = begun === 0 ? -1 : text.indexOf("@", begun)
  const slash = text.indexOf("/", begun)
  const from = user >= 0 && (slash < 0 || user < slash) ? user + 1 : begun
  const end = slash < 0 ? text.length : slash
  const colon = text.indexOf(":", from)
  const hostEnd = colon < 0 || colon > end ? end : colon
  // Not a port, so the colon belongs to something else: `spiffe://…`.
  if (hostEnd < end && !/^:\d+$/.test(text.slice(hostEnd, end))) return text.slice(from)
  const dot = text[hostEnd - 1] === "." && hostEnd > from ? 1 : 0
  return text.slice(from, hostEnd - dot) + text.slice(end)
}

const schemes = ["https://", "http://", "//"]

/** Whether an address is one of a pattern's, or goes on with `/` after it. */
function isAt(address: string, pattern: string): boolean {
  if (!pattern.includes("*"))
    return address.startsWith(pattern) && (address.length === pattern.length || address[pattern.length] === "/")
  const [first = "", ...others] = pattern.split("*")
  // Each issuer of a configuration is compared with all patterns, and nearly none fits.
  const mayFit = address.startsWith(first) && others.every((part) => address.includes(part))
  return mayFit && followIn(address, first.length, others)
}

/**
 * Whether the parts follow, each after one or more characters other than `/`. An expression for each pattern costs a
 * start 0.5 ms.
 */
function followIn(address: string, from: number, [part, ...others]: readonly string[]): boolean {
  const slash = address.indexOf("/", from)
  const end = slash < 0 ? address.length : slash
  if (part === undefined) return from === end
  for (let at = from + 1; at <= end; at++)
    if (address.startsWith(part, at) && followIn(address, at + part.length, others)) return true
  return false
}

/** Whether `require` gives the value of an owner claim: a text or a number, or a list of them. */
function pins(owner: string, require: readonly Requirement[]): boolean {
  const [claim = "", beginning = ""] = owner.split("=")
  const valuesOf = (name: string) => [require.find((requirement) => requirement.claim === name)?.value].flat()
  // An address that its owner has not proved identifies no person (SR-077).
  if (claim === "email" && !valuesOf("email_verified").every((value) => value === true)) return false
  return valuesOf(claim).every((value) =>
    typeof value === "string"
      ? value !== "" && value.startsWith(beginning)
      : typeof value === "number" && beginning === "",
  )
}

function ownersOf({ owners }: SharedIssuers): string {
  const names = owners.map((owner) =>
    owner === "email" ? "email with email_verified" : owner.replace(/=(.*)/, ' that begins with "$1"'),
  )
  return names.length === 1 ? `${names}` : `one of ${names.join(", ")}`
}

function strangers({ name }: SharedIssuers): string {
  return `${name} issues tokens for your audience to others as well`
}
