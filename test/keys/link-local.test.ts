import { describe, expect, it } from "vitest"
import { guardedLookup, isLinkLocal } from "../../src/keys/link-local.ts"
import { createVerifier, type KeyFetchRecord } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { clock, mint } from "../support/mint.ts"

describe("SR-093: link-local and metadata addresses", () => {
  it.each([
    ["169.254.169.254", true],
    ["169.254.0.1", true],
    ["[fe80::1]", true],
    ["[fd00:ec2::254]", true],
    ["[::ffff:169.254.169.254]", true],
    ["169.253.255.255", false],
    ["10.0.0.1", false],
    ["127.0.0.1", false],
    ["[::1]", false],
    ["169.254.169.254.example", false],
    ["issuer.example", false],
  ])("%s: %s", (host, expected) => {
    expect(isLinkLocal(host)).toBe(expected)
  })

  const resolved = (host: string, all: boolean): Promise<unknown> =>
    new Promise((resolve) => {
      guardedLookup(host, { all }, (error, address) =>
        resolve(error === null ? address : (error as { kind?: string }).kind),
      )
    })

  it("are refused after name resolution, whatever the name looks like", async () => {
    // The resolver takes these for 169.254.169.254; a URL parser would have written them out, a look-up by hand would not.
    for (const host of ["2852039166", "0xa9fea9fe", "0251.0376.0251.0376"]) {
      for (const all of [true, false]) expect(await resolved(host, all)).toBe("url_refused")
    }
    expect(await resolved("127.0.0.1", false)).toBe("127.0.0.1")
    expect(await resolved("127.0.0.1", true)).toEqual([{ address: "127.0.0.1", family: 4 }])
  })

  it.each(["https://169.254.169.254/keys", "https://[fd00:ec2::254]/keys", "https://2852039166/keys"])(
    "a discovery document cannot send us to %s",
    async (jwksUri) => {
      const { jwks: _inline, ...issuer } = oidcIssuer()
      const records: KeyFetchRecord[] = []
      const { fetchDocument } = await import("../../src/keys/fetch.ts")
      const metadata = { issuer: issuer.issuer, jwks_uri: jwksUri }
      const verifier = createVerifier(
        { issuers: [issuer] },
        {
          clock,
          observer: { keyFetch: (record) => void records.push(record) },
          // The document comes from here, what it names is asked for over the real network code.
          fetchKeySet: async (url, limits) =>
            url.endsWith("/openid-configuration")
              ? { status: 200, headers: {}, body: JSON.stringify(metadata) }
              : fetchDocument(url, limits),
        },
      )
      await expect(verifier.verify(mint())).rejects.toMatchObject({ code: "keys_unavailable" })
      expect(records).toMatchObject([{ ok: false, failure: "url_refused" }])
    },
  )
})
