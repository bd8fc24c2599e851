import { createPublicKey, type JsonWebKey } from "node:crypto"
import { compactVerify, decodeProtectedHeader } from "jose"
import { nowSeconds } from "../../support/mint.ts"

type Claims = { readonly [name: string]: unknown }

/** Options of the earlier verifiers. What is left out is not checked, as there. */
export interface EarlierOptions {
  readonly algorithms?: readonly string[]
  readonly audience?: string
  readonly issuer?: string
  readonly ignoreExpiration?: boolean
  readonly ignoreNotBefore?: boolean
  readonly clockTolerance?: number
  /** Whether a token without `exp` is refused. */
  readonly needsExpiry?: boolean
}

const ofRsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]

/** Whether a verifier that checks only what it is given accepts a token: a model by the documentation of each. */
export async function earlierAccepts(
  token: string,
  { keys }: { readonly keys: readonly object[] },
  options: EarlierOptions = {},
): Promise<boolean> {
  const { kid } = decodeProtectedHeader(token)
  const jwk = (keys as readonly (JsonWebKey & { kid?: string })[]).find((each) => each.kid === kid)
  if (jwk === undefined) return false
  const key = createPublicKey({ key: jwk, format: "jwk" })
  try {
    const { payload } = await compactVerify(token, key, { algorithms: [...(options.algorithms ?? ofRsa)] })
    return hold(JSON.parse(new TextDecoder().decode(payload)) as Claims, options)
  } catch {
    return false
  }
}

function hold(claims: Claims, options: EarlierOptions): boolean {
  const { audience, issuer, clockTolerance = 0 } = options
  const { exp, nbf } = claims
  if (exp === undefined && options.needsExpiry === true) return false
  if (exp !== undefined && options.ignoreExpiration !== true && nowSeconds >= Number(exp) + clockTolerance) return false
  if (nbf !== undefined && options.ignoreNotBefore !== true && Number(nbf) > nowSeconds + clockTolerance) return false
  if (issuer !== undefined && claims.iss !== issuer) return false
  return audience === undefined || [claims.aud].flat().includes(audience)
}
