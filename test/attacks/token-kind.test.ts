import { describe, expect, it } from "vitest"
import { oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { mint } from "../support/mint.ts"

const strict = [oidcIssuer({ requireAtJwt: true })]

describe("typ (RFC 8725 section 3.11)", () => {
  it.each([
    "dpop+jwt",
    "logout+jwt",
    "secevent+jwt",
    "token-introspection+jwt",
    "oauth-authz-req+jwt",
    "entity-statement+jwt",
    "kb+jwt",
    "dc+sd-jwt",
    "id_token+jwt",
    "application/dpop+jwt",
    "application/okta-internal-at+jwt",
    "JWS",
    "JOSE",
    "JOSE+JSON",
    "rt+jwt",
    "at+jwt+x",
    "xat+jwt",
    "at+jwt ",
    "at jwt",
    "text/at+jwt",
    "application/application/at+jwt",
    "__proto__",
  ])("SR-032: %s names another kind", async (typ) => {
    expect(await reasonOf(mint({}, { header: { typ } }))).toBe("type_not_allowed")
    expect(await reasonOf(mint({}, { header: { typ } }), strict)).toBe("type_not_allowed")
  })

  it.each(["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"])(
    "SR-032: %s is an access token",
    async (typ) => {
      expect(await reasonOf(mint({}, { header: { typ } }))).toBe("ok")
      expect(await reasonOf(mint({}, { header: { typ } }), strict)).toBe("ok")
    },
  )

  it.each([undefined, "JWT", "jwt", "application/jwt"])("SR-032: %s passes, unless at+jwt is demanded", async (typ) => {
    expect(await reasonOf(mint({}, { header: { typ } }))).toBe("ok")
    expect(await reasonOf(mint({}, { header: { typ } }), strict)).toBe("type_not_allowed")
  })

  it.each([null, 1, true, ["at+jwt"], {}])("SR-032: %j is of the wrong type", async (typ) => {
    expect(await reasonOf(mint({}, { header: { typ } }), strict)).toBe("header_invalid")
  })
})

describe("cty", () => {
  it.each(["JWT", "jwt", "application/jwt", "APPLICATION/JWT"])(
    "SR-033: %s says that the payload is a token",
    async (cty) => {
      expect(await reasonOf(mint({}, { header: { cty } }))).toBe("type_not_allowed")
      expect(await reasonOf(mint(mint(), { header: { cty } }))).not.toBe("ok")
    },
  )

  it.each([null, 1, ["JWT"], {}])("SR-033: %j is of the wrong type", async (cty) => {
    expect(await reasonOf(mint({}, { header: { cty } }))).toBe("header_invalid")
  })
})

describe("ID tokens in the place of access tokens (RFC 9068 section 4)", () => {
  it.each<[object]>([
    [{ at_hash: "x" }],
    [{ c_hash: "x" }],
    [{ nonce: "x", scope: undefined }],
    [{ typ: "ID" }],
    [{ typ: "Refresh" }],
    [{ typ: "Offline" }],
    [{ token_use: "id" }],
    [{ at_hash: null }],
  ])("SR-072: %j marks one", async (claims) => {
    expect(await reasonOf(mint(claims))).toBe("token_kind_refused")
  })

  it("SR-072: where ID tokens are configured, the same token is good", async () => {
    const issuers = [oidcIssuer({ tokenUse: "id" })]
    expect(await reasonOf(mint({ nonce: "n", at_hash: "h", c_hash: "c", scope: undefined }), issuers)).toBe("ok")
  })

  it("SR-063, SR-072: an ID token of another client is refused by its audience", async () => {
    expect(await reasonOf(mint({ aud: "some-client", nonce: "n", at_hash: "h" }))).toBe("audience_mismatch")
  })
})
