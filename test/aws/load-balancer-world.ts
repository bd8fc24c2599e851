import { createHash, type KeyObject, sign } from "node:crypto"
import { createLoadBalancerVerifier, type LoadBalancerOptions, type LoadBalancerVerifier } from "../../src/aws.ts"
import type { FetchKeySet } from "../../src/verify.ts"
import { testKey } from "../support/keys.ts"

// An Application Load Balancer and the address of its keys, as AWS documents them and as public recordings of the
// header show: the segments have their padding, and the JOSE header has its members in this order.

export const nowSeconds = 1_790_000_000
export const signer = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/orders/50dc6c495c0c9188"
export const kid = "c9200935-247a-45b6-8cba-e4312ec54238"
export const keyUrl: string = `https://public-keys.auth.elb.eu-west-1.amazonaws.com/${kid}`
export const issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123"
export const client = "i70ldq4uhja5th71vois4qtqq"
export const dataHeader = "x-amzn-oidc-data"

export const goodHeader: { readonly [name: string]: string | number } = {
  ...{ typ: "JWT", kid, alg: "ES256", iss: issuer, client, signer, exp: nowSeconds + 120 },
}
export const goodClaims: { readonly sub: string; readonly [name: string]: unknown } = {
  sub: "256f76a8-2d15-4f14-adde-dd4ae02bba71",
  ...{ email_verified: "true", email: "ann@example.com", username: "ann", exp: nowSeconds + 120, iss: issuer },
}

/** base64url with the padding that a load balancer leaves there. */
export function padded(content: string | Uint8Array | object): string {
  const octets =
    typeof content === "string" ? Buffer.from(content) : content instanceof Uint8Array ? content : undefined
  const text = Buffer.from(octets ?? JSON.stringify(content)).toString("base64")
  return text.replaceAll("+", "-").replaceAll("/", "_")
}

export interface Sealing {
  readonly header?: object | string
  readonly claims?: object | string
  readonly key?: KeyObject
  /** Makes the first two segments. */
  readonly write?: (content: string | object) => string
}

/** A token as a load balancer signs it: ES256 over the padded segments. */
export function dataToken({ header = {}, claims = {}, key, write = padded }: Sealing = {}): string {
  const whole = (changes: object | string, good: object) =>
    typeof changes === "string" ? changes : { ...good, ...changes }
  const signed = `${write(whole(header, goodHeader))}.${write(whole(claims, goodClaims))}`
  const privateKey = key ?? testKey("p256", "alb").privateKey
  return `${signed}.${padded(sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" }))}`
}

export const pem = (key: KeyObject = testKey("p256", "alb").publicKey): string =>
  key.export({ type: "spki", format: "pem" }).toString()

/** Any number of UUIDs. */
export function inventedKid(number: number): string {
  const hex = createHash("sha256").update(`${number}`).digest("hex")
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-")
}

export interface World {
  readonly verifier: LoadBalancerVerifier
  /** The addresses that were asked, in order. */
  readonly asked: string[]
  /** Milliseconds. */
  now: number
  /** What the address answers. */
  answer: FetchKeySet
  /** `ok`, or class and code of what is thrown. */
  outcome(received: unknown): Promise<string>
}

/** A verifier with a fixed clock and a network that counts. */
export function world(options: Partial<LoadBalancerOptions> = {}): World {
  const asked: string[] = []
  const made: World = {
    verifier: createLoadBalancerVerifier(
      { signers: [signer], ...options },
      {
        clock: () => made.now,
        fetchKeySet: (url, limits) => {
          asked.push(url)
          return made.answer(url, limits)
        },
      },
    ),
    asked,
    now: nowSeconds * 1000,
    answer: async (url) =>
      url === keyUrl ? { status: 200, headers: {}, body: pem() } : { status: 403, headers: {}, body: "<Error/>" },
    outcome: (received) =>
      made.verifier.verify(received as object as { [name: string]: string }).then(
        () => "ok",
        ({ name, code }) => `${name} ${code}`,
      ),
  }
  return made
}
