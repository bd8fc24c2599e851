import type { AssertionClaim } from "../types/assertion-options.ts"
import type { Principal } from "../types/principal.ts"

/** What an assertion is made of, beside its times. */
export interface AssertionContent {
  readonly issuer: string
  readonly audience: string
  readonly claims: readonly AssertionClaim[]
}

/** The value of a claim: a text, or a list of texts. Empty: the caller has none. */
const values: { readonly [claim in AssertionClaim]: (principal: Principal) => string | readonly string[] } = {
  scope: ({ scopes }) => scopes.join(" "),
  client_id: ({ clientId = "" }) => clientId,
  roles: ({ roles }) => roles,
  groups: ({ groups }) => groups,
  permissions: ({ permissions }) => permissions,
  tenant: ({ tenant = "" }) => tenant,
}

/**
 * What an assertion says of a principal, as JSON without times. It depends on the principal alone, so that an answer
 * which is kept for many routes holds nothing of one of them.
 *
 * @param id the principal's id, as the answer says it
 */
export function assertedClaims(
  { issuer, audience, claims }: AssertionContent,
  principal: Principal,
  id: string,
): string {
  const claimed = claims.map((name) => [name, values[name](principal)] as const).filter(([, { length }]) => length > 0)
  return JSON.stringify({ iss: issuer, sub: subjectOf(id), aud: audience, ...Object.fromEntries(claimed) })
}

/** Istio splits issuer and subject at the last slash, so a subject has none. No two ids become one. */
function subjectOf(id: string): string {
  return id.replaceAll("%", "%25").replaceAll("/", "%2F")
}

/**
 * The part of a JWT that is signed.
 *
 * @param claims as `assertedClaims` wrote them
 * @param kid names the key that will sign
 */
export function signingInput(claims: string, kid: string, issuedAt: number, expiresAt: number): string {
  const payload = `${claims.slice(0, -1)},"iat":${issuedAt},"exp":${expiresAt}}`
  return `${encoded(JSON.stringify({ alg: "ES256", typ: "JWT", kid }))}.${encoded(payload)}`
}

const encoded = (text: string): string => Buffer.from(text).toString("base64url")
