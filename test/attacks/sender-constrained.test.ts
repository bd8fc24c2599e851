import { describe, expect, it } from "vitest"
import type { IssuerConfig } from "../../src/types/configuration.ts"
import { oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { testKey } from "../support/keys.ts"
import { audience, mint, nowSeconds } from "../support/mint.ts"

const jwks = { keys: [testKey("rsa").jwk] }
const tid = "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11"
const api = "3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60"
const presets: [string, IssuerConfig, object][] = [
  ["oidc", oidcIssuer(), {}],
  ["oidc with ID tokens", oidcIssuer({ tokenUse: "id" }), {}],
  [
    "okta",
    { provider: "okta", domain: "acme.okta.com", audience, jwks },
    { iss: "https://acme.okta.com/oauth2/default", cid: "c", scp: ["a"] },
  ],
  ["auth0", { provider: "auth0", domain: "acme.eu.auth0.com", audience, jwks }, { iss: "https://acme.eu.auth0.com/" }],
  [
    "entra",
    { provider: "entra", tenant: tid, audience: api, jwks },
    { iss: `https://login.microsoftonline.com/${tid}/v2.0`, tid, oid: "o", azp: "c", scp: "a", ver: "2.0", aud: api },
  ],
  [
    "cognito",
    { provider: "cognito", userPoolId: "eu-west-1_AbCdEf", clientIds: ["c"], jwks },
    { iss: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf", client_id: "c", token_use: "access" },
  ],
]

describe.each(presets)(
  "%s: a bound token is no bearer token (RFC 9449 section 7.2, RFC 8705 section 3)",
  (_name, issuer, claims) => {
    const issuers = [issuer]
    const typ = issuer.provider === "oidc" ? {} : { typ: "JWT" }

    it("SR-078: the same token without cnf is accepted", async () => {
      expect(await reasonOf(mint(claims, { header: typ }), issuers)).toBe("ok")
    })

    it.each<[unknown]>([
      [{ jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" }],
      [{ "x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2" }],
      [{ jwk: testKey("p256").jwk }],
      [{ kid: "x" }],
      [{ unknown: 1 }],
      [{}],
      [[]],
      [null],
      [""],
      [false],
      [0],
    ])("SR-078: cnf %j is refused", async (cnf) => {
      expect(await reasonOf(mint({ ...claims, cnf, exp: nowSeconds + 600 }, { header: typ }), issuers)).toBe(
        "sender_constrained",
      )
    })
  },
)
