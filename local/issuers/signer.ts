import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from "jose"
import type { TokenDefect } from "../../src/testing.ts"
import type { Persona, TokenContent } from "./persona.ts"

/** Claims of a token. A member that is undefined takes a claim out. */
export type Claims = { readonly [claim: string]: unknown }

/** What a token is to be. */
export interface SignedToken {
  /** Added to the provider's own, or in their place. */
  readonly claims?: Claims
  readonly defects?: readonly TokenDefect[]
  /** The scope in place of the persona's own. */
  readonly scope?: string | undefined
  /** The token of a program that acts for itself; the name of its client, if it has said one. */
  readonly app?: { readonly client?: string }
}

/** The keys of an issuer, and what they sign. */
export interface Signer {
  /** The `iss` claim. */
  readonly issuer: string
  /** The present JWK Set (RFC 7517). */
  jwks(): { readonly keys: readonly object[] }
  token(wish: SignedToken): Promise<string>
  /**
   * Signs with the key that was published as the next one, and publishes another. The key before stays in the key set
   * until the next call.
   */
  rotate(): Promise<void>
}

interface SigningKey {
  readonly keyId: string
  readonly privateKey: CryptoKey
  readonly published: JWK
}

const lifeSeconds = 3600

/** Signs as a persona does, with `jose`. @param clock milliseconds since the epoch */
export async function personaSigner(persona: Persona, clock: () => number): Promise<Signer> {
  // Providers publish the key that comes next beside the one that signs.
  let next = await newKey(persona)
  let keys: readonly SigningKey[] = [await newKey(persona)]
  return {
    issuer: persona.issuerName,
    jwks: () => ({ keys: [next, ...keys].map(({ published }) => published) }),
    async token({ claims = {}, defects = [], scope, app }) {
      const nowSeconds = Math.floor(clock() / 1000)
      const has = (defect: TokenDefect): boolean => defects.includes(defect)
      const content: TokenContent = {
        issuedAt: nowSeconds - 60,
        expiresAt: nowSeconds + lifeSeconds,
        audience: persona.audience,
        scope: scope ?? persona.scope,
        ...(app?.client !== undefined && { client: app.client }),
      }
      const set = withoutUndefined({
        ...persona.claims(content),
        ...(app !== undefined && persona.appClaims(content)),
        ...(has("idToken") && persona.idClaims(content)),
        ...claims,
        ...planted(persona, content, has),
      })
      if (has("algNone")) return new UnsecuredJWT(set).encode()
      const key = has("unknownKey") ? await newKey(persona) : (keys[0] as SigningKey)
      const token = await new SignJWT(set).setProtectedHeader(persona.header(key.keyId)).sign(key.privateKey)
      return has("tampered") ? withOtherPayload(token, { ...set, tampered: true }) : token
    },
    async rotate() {
      keys = [next, ...keys.slice(0, 1)]
      next = await newKey(persona)
    },
  }
}

/** The claims that a defect puts in the place of the right ones. */
function planted(persona: Persona, content: TokenContent, has: (defect: TokenDefect) => boolean): Claims {
  const { issuedAt } = content
  const other = persona.claims({ ...content, audience: persona.otherAudience })
  return {
    ...(has("expired") && { iat: issuedAt - 3 * lifeSeconds, exp: issuedAt - 2 * lifeSeconds, nbf: undefined }),
    ...(has("notYetValid") && { nbf: issuedAt + lifeSeconds, exp: issuedAt + 2 * lifeSeconds }),
    ...(has("wrongAudience") &&
      Object.fromEntries(
        ["aud", "client_id"].flatMap((name) => (other[name] === undefined ? [] : [[name, other[name]]])),
      )),
    ...(has("wrongIssuer") && { iss: "https://other.northwind.example" }),
  }
}

async function newKey(persona: Persona): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair("RS256")
  const keyId = persona.newKeyId()
  return { keyId, privateKey, published: persona.publishedKey(await exportJWK(publicKey), keyId) }
}

const withoutUndefined = (claims: Claims): { [claim: string]: unknown } => JSON.parse(JSON.stringify(claims))

/** Another payload under the signature: what an attacker would try. */
function withOtherPayload(token: string, claims: Claims): string {
  const [header, , signature] = token.split(".")
  return [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".")
}
