import type { ImportedKeys } from "../keys/accept-key-set.ts"
import type { SkipReason, VerificationKey } from "../keys/jwk.ts"
import { maxCandidates } from "../keys/key-set.ts"
import { thumbprintsIn } from "../keys/thumbprints.ts"
import type { IssuerProfile } from "../provider/profile.ts"
import { nodeCrypto } from "../shared/node-crypto.ts"
import { type Findings, shown } from "./finding.ts"

type Members = { readonly [name: string]: unknown }
const askIssuer = "Ask the issuer for another key."

/** Why a key verifies nothing, if a token that it signed would be refused. */
const defects: { readonly [reason in SkipReason]?: (jwk: Members) => readonly [message: string, remedy: string] } = {
  rsa_length: ({ n }) => [
    `is an RSA key of ${bitsOf(n)} bits; from 2048 to 8192 are accepted (RFC 7518 section 3.3)`,
    askIssuer,
  ],
  rsa_exponent: ({ e }) => [`has the RSA exponent ${shown(e, 24)}, which is unsafe or too long`, askIssuer],
  small_order: () => ["is a point of small order: every caller can sign with it", askIssuer],
  invalid: ({ kty }) => [`is no valid key of type ${shown(kty, 24)}`, askIssuer],
  private: () => [
    "is a private key in public: every caller can sign with it",
    "Tell the issuer at once. hallpass does not use the key.",
  ],
  symmetric: () => [
    "is a symmetric secret in public: every caller can sign with it",
    "Tell the issuer at once. hallpass does not use the key.",
  ],
}

/** Why a key is left out although nothing is wrong with it. */
const reasons: { readonly [reason: string]: string } = {
  use: "is not for signatures",
  key_ops: "is not for verifying",
  key_type: "is of another type",
  curve: "is on another curve",
  algorithm: "is for an algorithm that the configuration does not accept",
  kid: "has a kid that is no text, or too long",
  not_a_key: "is no key",
  too_large: "is too long to be read",
}

/** Looks at every key of a set. @returns how many of them verify tokens */
export function judgeKeys(
  { members, results, count }: ImportedKeys,
  profile: IssuerProfile,
  findings: Findings,
): number {
  const usable = results.filter((result) => typeof result !== "string")
  for (const [at, result] of results.entries()) {
    const jwk = Object(members[at]) as Members
    const name = nameOf(jwk, at)
    if (typeof result !== "string") {
      judgeUsable(name, jwk, result, profile, findings)
      continue
    }
    const defect = Object.hasOwn(defects, result) ? defects[result]?.(jwk) : undefined
    if (defect !== undefined)
      findings.error("keys", `${name} ${defect[0]}. Tokens that it signs are refused.`, defect[1])
    else findings.info("keys", `${name} ${reasons[result] ?? "cannot be used"}, and is left out.`)
  }
  if (count > results.length)
    findings.warning(
      "keys",
      `The set has ${count} keys; the first ${results.length} are used.`,
      "Let the issuer withdraw old keys.",
    )
  if (usable.length === 0)
    findings.error(
      "keys",
      `No key of the set can verify ${profile.algorithms.map(({ name }) => name).join(", ")}.`,
      "Set algorithms of the issuer to what its tokens have in alg, or check the address of the keys.",
    )
  judgeKids(usable, profile, findings)
  return usable.length
}

function judgeUsable(
  name: string,
  jwk: Members,
  key: VerificationKey,
  profile: IssuerProfile,
  findings: Findings,
): void {
  const { e, alg } = jwk
  if (e === "Aw") findings.warning("keys", `${name} has the RSA exponent 3, which is odd today.`, askIssuer)
  if (isOfAnotherKey(jwk))
    findings.warning(
      "keys",
      `${name} has a certificate (x5c) of another key.`,
      "Tell the issuer. hallpass uses the key alone.",
    )
  const noKid = key.kid === undefined && thumbprintsIn(jwk).length === 0
  if (noKid && !profile.allowMissingKid)
    findings.warning(
      "keys",
      `${name} has no kid${alg === undefined ? "" : ` (${shown(alg, 24)})`}. No token can name it.`,
      "If the issuer has a single key and writes no kid, set allowMissingKid (provider oidc).",
    )
}

/** Whether the certificate beside a key is one for something else; one that cannot be read says nothing. */
function isOfAnotherKey({ x5c, n, x }: Members): boolean {
  const [leaf] = Array.isArray(x5c) ? x5c : []
  if (typeof leaf !== "string" || leaf.length > 16_384) return false
  try {
    const shownKey = new nodeCrypto.X509Certificate(Buffer.from(leaf, "base64")).publicKey.export({ format: "jwk" })
    return !sameNumber(shownKey.n, n) || !sameNumber(shownKey.x, x)
  } catch {
    return false
  }
}

/** Numbers in base64url are equal whatever zeros they begin with. */
function sameNumber(one: unknown, other: unknown): boolean {
  const hex = (value: unknown): string =>
    typeof value === "string"
      ? Buffer.from(value, "base64url")
          .toString("hex")
          .replace(/^(?:00)+/, "")
      : ""
  return hex(one) === hex(other)
}

/** Several keys under one name are tried in turn, up to a limit. */
function judgeKids(usable: readonly VerificationKey[], { algorithms }: IssuerProfile, findings: Findings): void {
  const named = Map.groupBy(
    usable.filter(({ kid }) => kid !== undefined),
    ({ kid }) => kid,
  )
  for (const [kid, keys] of named) {
    const most = Math.max(
      ...algorithms.map(({ name }) => keys.filter(({ byAlgorithm }) => byAlgorithm.has(name)).length),
    )
    if (most < 2) continue
    const message = `${most} different keys have the kid ${shown(JSON.stringify(kid), 60)}`
    const remedy = "A kid must name one key (RFC 7517 section 4.5). Tell the issuer."
    if (most > maxCandidates)
      findings.error("keys", `${message}; ${maxCandidates} are tried, so tokens of the others are refused.`, remedy)
    else findings.warning("keys", `${message}; each is tried.`, remedy)
  }
}

function nameOf({ kid, kty }: Members, at: number): string {
  const type = typeof kty === "string" ? `${shown(kty, 12)} key` : "Key"
  return typeof kid === "string" && kid !== ""
    ? `${type} ${shown(JSON.stringify(kid), 60)}`
    : `${type} ${at + 1} of the set`
}

/** Bits of a modulus: leading zeros do not count. */
function bitsOf(n: unknown): number {
  const octets = Buffer.from(typeof n === "string" ? n.slice(0, 4096) : "", "base64url")
  const first = octets.findIndex((octet) => octet !== 0)
  return first < 0 ? 0 : (octets.length - first) * 8 - Math.clz32(octets[first] ?? 0) + 24
}
