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
  const known = withPreset.find(
    ({ form, idTokensToo = true }) => form.test(issuer) && (idTokensToo || tokenUse !== "id"),
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
    form: /^https?:\/\/[^/]+\.b2clogin\.(?:com|us|cn)(?=[:/]|$)/i,
    preset: "entra-b2c",
    because: `${idTokens}. Name tenant, tenantName and policy`,
  },
  {
    form: /^https?:\/\/[^/]+\.ciamlogin\.(?:com|us|cn)(?=[:/]|$)/i,
    preset: "entra-external-id",
    because: `${idTokens}. Name tenant and audience`,
  },
  {
    // Where Azure AD B2C issued from before it moved: with a policy in the path, or with a slash at the end.
    form: /^https?:\/\/login\.microsoftonline\.com\/(?:te\/|tfp\/|[^/]+\/b2c_1|[^/]+\/v2\.0\/$)/i,
    preset: "entra-b2c",
    because: "Azure AD B2C issues from TENANT.b2clogin.com now. Set domain if your tokens name another host",
  },
  {
    form: /^https?:\/\/login\.(?:microsoftonline\.(?:com|us)|partner\.microsoftonline\.cn)(?=[:/]|$)/i,
    preset: "entra",
    because: idTokens,
  },
  { form: /^https?:\/\/sts\.(?:windows\.net|chinacloudapi\.cn)(?=[:/]|$)/i, preset: "entra", because: idTokens },
  { form: /^https?:\/\/(?:issuer-)?cognito-idp[.-]/i, preset: "cognito", because: idTokens },
  {
    form: /^https?:\/\/[^/]+\/adfs\/?$/i,
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
  return address
    .toLowerCase()
    .replace(/^(?:https?:)?\/\/(?:[^/@]*@)?/, "")
    .replace(/^([^/:]*?)\.?(?::\d+)?(?=\/|$)/, "$1")
}

function isAt(address: string, pattern: string): boolean {
  // Nearly all patterns are plain text, and each issuer of a configuration is compared with all of them.
  if (!pattern.includes("*"))
    return address.startsWith(pattern) && (address.length === pattern.length || address[pattern.length] === "/")
  let form = forms.get(pattern)
  if (form === undefined) {
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
    form = new RegExp(`^${parts.join("[^/]+")}(?:/|$)`)
    forms.set(pattern, form)
  }
  return form.test(address)
}

/** The expression of each pattern. To make them took 80 µs for each issuer of a configuration. */
const forms = new Map<string, RegExp>()

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
