// Makes tokens.json: tokens and public keys that stay the same, so that counts of different days can be compared. The
// private keys are thrown away. Only needed again when the tokens should look different:
//   node bench/instructions/mint-tokens.ts && npm run bench:instructions
import { generateKeyPairSync, sign } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"

const issuer = "https://issuer.example/"
const audience = "https://orders.example"
const nowSeconds = 1_790_000_000
/** So many that no subject can live on the last one. */
const tokensPerKey = 16

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")

function minted(alg: "RS256" | "ES256") {
  const { privateKey, publicKey } =
    alg === "RS256"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "P-256" })
  const kid = `instructions-${alg.toLowerCase()}`
  const tokenOf = (index: number, exp: number): string => {
    const claims = {
      iss: issuer,
      sub: `auth0|${String(index).padStart(24, "0")}`,
      aud: [audience, `${issuer}userinfo`],
      ...{ iat: nowSeconds - 7200, exp, azp: "NwOrdersSpa000000000000000000001" },
      scope: "openid profile email orders:read orders:write",
      permissions: ["orders:read", "orders:write"],
    }
    const signed = `${encoded({ alg, typ: "JWT", kid })}.${encoded(claims)}`
    const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" })
    return `${signed}.${signature.toString("base64url")}`
  }
  const indices = Array.from({ length: tokensPerKey }, (_, index) => index)
  return {
    jwk: { ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" },
    tokens: indices.map((index) => tokenOf(index, nowSeconds + 86_400)),
    expired: indices.map((index) => tokenOf(index, nowSeconds - 3600)),
  }
}

const content = { issuer, audience, nowSeconds, RS256: minted("RS256"), ES256: minted("ES256") }
writeFileSync(join(import.meta.dirname, "tokens.json"), `${JSON.stringify(content, undefined, 2)}\n`)
