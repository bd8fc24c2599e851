import { sign } from "node:crypto"
import { createVerifier, type TokenVerifier } from "../../src/verify.ts"
import { long, quick } from "../machinery/bench.ts"
import type { ResultRow } from "../machinery/results.ts"
import { audience, benchKey, encoded, issuer } from "../subjects/tokens.ts"
import { heapMegabytes } from "./growth.ts"
import { entry } from "./tokens.ts"

/** `--long` verifies a million of them, which takes two minutes. 100,000 are ten times as many as the cache holds. */
const count = quick ? 20_000 : long ? 1_000_000 : 100_000

const key = benchKey("ES256") // the fastest to sign and to verify together
const header = encoded({ alg: "ES256", kid: key.jwk.kid, typ: "JWT" })
const iat = Math.floor(Date.now() / 1000)
const usual = { aud: [audience, `${issuer}userinfo`], scope: "openid profile email orders:read orders:write" }
const groups = Array.from({ length: 5 }, (_, at) => `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`)

/** Tokens, no two the same, each with a good signature of its own, one after the other through one verifier. */
export async function distinctTokens(): Promise<readonly ResultRow[]> {
  const config = { issuers: [entry(issuer, key, [key.jwk])] }
  const other = createVerifier(config) // what loads and compiles once is not growth
  for (let index = 0; index < 2000; index++) await verifyNext(other, index)
  const verifier = createVerifier(config)
  const before = heapMegabytes()
  const grown: number[] = []
  for (let index = 1; index <= count; index++) {
    await verifyNext(verifier, index)
    if (index % (count / 10) === 0) grown.push(heapMegabytes() - before)
  }
  const name = `distinct tokens: ${count.toLocaleString("en")}, most heap growth`
  return [{ case: name, subject: "hallpass", unit: "MB", value: Math.max(...grown) }]
}

async function verifyNext({ verify }: TokenVerifier, index: number): Promise<void> {
  const sub = `auth0|${String(index).padStart(24, "0")}`
  const text = `${header}.${encoded({ iss: issuer, sub, iat, exp: iat + 86_400, azp: "spa", ...usual, groups })}`
  const signature = sign("sha256", Buffer.from(text), { key: key.privateKey, dsaEncoding: "ieee-p1363" })
  const { subject } = await verify(`${text}.${signature.toString("base64url")}`)
  if (subject !== sub) throw new Error("a good token has another subject")
}
