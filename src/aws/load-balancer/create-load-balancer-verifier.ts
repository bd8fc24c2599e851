import type { KeyObject } from "node:crypto"
import { partsInUse, type VerifierParts } from "../../authorizer/parts.ts"
import { nodeCrypto } from "../../shared/node-crypto.ts"
import { isSubject } from "../../shared/principal-id.ts"
import { timeCheck } from "../../token/claims.ts"
import { maxTokenLength } from "../../token/compact.ts"
import { derSignature } from "../../token/ecdsa.ts"
import { Unavailable } from "../../types/errors.ts"
import type { Claims } from "../../types/principal.ts"
import { type Refusal, refusal } from "../../types/reasons.ts"
import { TokenRefused } from "../../types/token-refused.ts"
import {
  type HeaderMap,
  type HeaderPairs,
  onlyHeader,
  type ReceivedRequest,
  receivedHeaders,
} from "../received-header.ts"
import { type DataToken, readClaims, readDataToken } from "./data-token.ts"
import { checkLoadBalancerOptions, type LoadBalancerOptions } from "./load-balancer-options.ts"
import { SigningKeys } from "./signing-keys.ts"

/** Who a load balancer says that the user is. Frozen. */
export interface LoadBalancerIdentity {
  /** The claim `sub` of the user. */
  readonly subject: string
  /** The issuer that has authenticated the user. */
  readonly issuer: string
  /** The client id of the listener's action. */
  readonly client: string
  /** The ARN of the load balancer. */
  readonly signer: string
  /** When the load balancer's word ends. Seconds since the epoch. */
  readonly expiresAt: number
  /** What the user info endpoint of the issuer says of the user. */
  readonly claims: Claims
}

export interface LoadBalancerVerifier {
  /**
   * Verifies `x-amzn-oidc-data` of a request.
   *
   * @param received a request of node:http, Express or the Fetch standard, the event of a Lambda target, or its headers
   * @throws TokenRefused (rejects) if the header proves nothing; `code` is a row of the reason table
   * @throws Unavailable (rejects) if the key of the load balancer cannot be fetched
   */
  verify(received: ReceivedRequest | HeaderMap | HeaderPairs): Promise<LoadBalancerIdentity>
}

/** What tests and advanced users replace. */
export type LoadBalancerParts = Pick<VerifierParts, "clock" | "fetchKeySet">

/** The members of the JOSE header that have been looked at before the signature. */
interface SoundHeader {
  readonly iss: string
  readonly client: string
  readonly signer: string
  readonly exp: number
}

const dataHeader = "x-amzn-oidc-data"

const missing = refusal("credential_missing")
const issuerUnknown = refusal("issuer_unknown")
const audienceMismatch = refusal("audience_mismatch")
const signatureInvalid = refusal("signature_invalid")
const claimsInvalid = refusal("claims_invalid")
const subjectInvalid = refusal("subject_invalid")

/**
 * Creates a verifier for a backend with an Application Load Balancer in front of it, whose listener authenticates users
 * (`authenticate-oidc`, `authenticate-cognito`). It verifies the token that the load balancer signs. The signer must be
 * one of your load balancers: every AWS customer can run one, which signs with keys of AWS.
 *
 * @param options the ARNs of your load balancers, and what tokens must say
 * @param parts what tests and advanced users replace: clock and network
 * @throws ConfigurationError with every problem at once
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
 * @example
 * ```ts
 * import { generateKeyPairSync, sign } from "node:crypto"
 * import { createLoadBalancerVerifier } from "hallpass/aws"
 *
 * const signer = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/orders/50dc6c495c0c9188"
 * // In place of the load balancer and of its key at AWS:
 * const { privateKey: key, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
 * const body = publicKey.export({ type: "spki", format: "pem" }).toString()
 * const fetchKeySet = async () => ({ status: 200, headers: {}, body })
 * const padded = (octets: Buffer) => octets.toString("base64").replaceAll("+", "-").replaceAll("/", "_")
 * const kid = "01234567-89ab-cdef-0123-456789abcdef"
 * const exp = Math.floor(Date.now() / 1000) + 120
 * const header = { alg: "ES256", kid, signer, iss: "https://idp.example.com", client: "orders-web", exp }
 * const signed = [header, { sub: "ann" }].map((part) => padded(Buffer.from(JSON.stringify(part)))).join(".")
 * const signature = padded(sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" }))
 *
 * const verifier = createLoadBalancerVerifier({ signers: [signer], client: "orders-web" }, { fetchKeySet })
 * const { subject } = await verifier.verify({ "x-amzn-oidc-data": `${signed}.${signature}` })
 * console.log(subject) // ann
 * ```
 */
export function createLoadBalancerVerifier(
  options: LoadBalancerOptions,
  parts: LoadBalancerParts = {},
): LoadBalancerVerifier {
  const {
    signers,
    client: clients,
    issuer: issuers,
    clockToleranceSeconds,
    keys: policy,
  } = checkLoadBalancerOptions(options)
  const { clock, fetch, afterAnswer } = partsInUse({ ...parts })
  const keyAddresses = new Map(signers)
  const keys = new SigningKeys(policy, { clock, fetch, afterAnswer })
  const timeOf = timeCheck(clockToleranceSeconds, undefined)

  async function verified(received: unknown): Promise<LoadBalancerIdentity | Refusal> {
    const headers = receivedHeaders(received)
    if ("refused" in headers) return headers
    const text = onlyHeader(headers, dataHeader, maxTokenLength)
    if (text === undefined) return missing
    if (typeof text !== "string") return text
    const token = readDataToken(text)
    if ("refused" in token) return token
    const { signer } = token.header
    const keyAddress = typeof signer === "string" ? keyAddresses.get(signer) : undefined
    if (keyAddress === undefined) return issuerUnknown
    // Cheap, and only able to refuse: what is refused here costs no fetch, of which strangers could use up all.
    const wrongHeader = refusedHeader(token.header)
    if (wrongHeader !== undefined) return wrongHeader
    const key = await keys.find(keyAddress + token.kid, clock())
    if ("refused" in key) return key
    if (!isSigned(token, key)) return signatureInvalid
    return identityOf(token)
  }

  function refusedHeader(header: DataToken["header"]): Refusal | undefined {
    const { iss, client } = header
    if (typeof iss !== "string" || iss === "" || issuers?.includes(iss) === false) return issuerUnknown
    if (typeof client !== "string" || client === "" || clients?.includes(client) === false) return audienceMismatch
    return timeOf(header, clock() / 1000, "")
  }

  /**
   * What a token says whose signature is good. The time is read again, because the key may have been fetched. A load
   * balancer writes `exp` and `iss` into the claims as well, and there they must not say something else.
   */
  function identityOf({ header, payload }: DataToken): LoadBalancerIdentity | Refusal {
    const { iss: issuer, client, signer, exp } = header as unknown as SoundHeader
    const nowSeconds = clock() / 1000
    const wrongTime = timeOf(header, nowSeconds, "")
    if (wrongTime !== undefined) return wrongTime
    const claims = readClaims(payload)
    if (claims === undefined) return claimsInvalid
    if (claims.iss !== undefined && claims.iss !== issuer) return issuerUnknown
    const wrongClaim = claims.exp === undefined ? undefined : timeOf({ exp: claims.exp }, nowSeconds, "")
    if (wrongClaim !== undefined) return wrongClaim
    if (!isSubject(claims.sub)) return subjectInvalid
    const expiresAt = Math.min(exp, (claims.exp as number | undefined) ?? Number.POSITIVE_INFINITY)
    return Object.freeze({ subject: claims.sub, issuer, client, signer, expiresAt, claims })
  }

  return {
    async verify(received) {
      const result = await verified(received).catch(() => {
        throw new Unavailable("internal") // the error itself goes to no caller, because it may hold anything (SR-163)
      })
      if (!("refused" in result)) return result
      throw result.outcome === "unavailable" ? new Unavailable(result.code) : new TokenRefused(result.code)
    },
  }
}

/** ES256 over the text as it was received (RFC 7518 section 3.4). */
function isSigned({ signed, signature }: DataToken, key: KeyObject): boolean {
  const der = derSignature(signature, 32)
  return der !== undefined && nodeCrypto.createVerify("sha256").update(signed, "latin1").verify(key, der)
}
