import dns from "node:dns"
import { afterEach, describe, expect, it, vi } from "vitest"
import { guardedLookup, isLinkLocal, refuseLinkLocalName } from "../../src/keys/link-local.ts"
import { createVerifier, type KeyFetchRecord } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { clock, mint } from "../support/mint.ts"

/** Lets every name have these addresses. */
function resolveTo(addresses: readonly object[]): void {
  const lookup = (_host: string, _options: object, callback: (error: null, found: readonly object[]) => void) =>
    callback(null, addresses)
  vi.spyOn(dns, "lookup").mockImplementation(lookup as never)
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe("SR-093: link-local and metadata addresses", () => {
  it.each([
    ["169.254.169.254", true],
    ["169.254.0.1", true],
    ["[fe80::1]", true],
    ["[fd00:ec2::254]", true],
    ["[::ffff:169.254.169.254]", true],
    ["[::ffff:a9fe:a9fe]", true],
    ["[::a9fe:a9fe]", true],
    ["[64:ff9b::a9fe:a9fe]", true],
    ["[2002:a9fe:a9fe::1]", true],
    ["[64:ff9b::a9ff:a9fe]", false],
    ["[2002:a9ff:a9fe::1]", false],
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
    // The resolver takes these for 169.254.169.254; a URL parser would have written them out, a look-up by hand would
    // not.
    for (const host of ["2852039166", "0xa9fea9fe", "0251.0376.0251.0376"]) {
      for (const all of [true, false]) expect(await resolved(host, all)).toBe("url_refused")
    }
    expect(await resolved("127.0.0.1", false)).toBe("127.0.0.1")
    expect(await resolved("127.0.0.1", true)).toEqual([{ address: "127.0.0.1", family: 4 }])
  })

  it("part 9: a name with one link-local address among several is refused", async () => {
    const addresses = [
      { address: "192.0.2.1", family: 4 },
      { address: "2001:db8::1", family: 6 },
    ]
    for (const bad of [
      { address: "169.254.169.254", family: 4 },
      { address: "fe80::1", family: 6 },
      { address: "::ffff:169.254.1.1", family: 6 },
    ]) {
      for (let at = 0; at <= addresses.length; at++) {
        resolveTo(addresses.toSpliced(at, 0, bad))
        for (const all of [true, false]) expect(await resolved("issuer.example", all)).toBe("url_refused")
      }
    }
    resolveTo(addresses)
    expect(await resolved("issuer.example", true)).toEqual(addresses)
    expect(await resolved("issuer.example", false)).toBe("192.0.2.1")
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

describe("part 6: a name that a proxy resolves", () => {
  const refused = (host: string): Promise<string> =>
    refuseLinkLocalName(host, 50).then(
      () => "asked for",
      (failure: { kind: string }) => failure.kind,
    )

  it.each([
    "metadata.google.internal",
    "METADATA.google.internal.",
    "instance-data.ec2.internal",
    "instance-data",
    "metadata",
  ])("%s is refused, because clouds give it to their metadata services", async (host) => {
    resolveTo([{ address: "192.0.2.1", family: 4 }])
    expect(await refused(host)).toBe("url_refused")
  })

  it("is refused if one of its addresses here is link-local", async () => {
    resolveTo([
      { address: "192.0.2.1", family: 4 },
      { address: "169.254.169.254", family: 4 },
    ])
    expect(await refused("issuer.example")).toBe("url_refused")
    resolveTo([{ address: "192.0.2.1", family: 4 }])
    expect(await refused("issuer.example")).toBe("asked for")
  })

  it("is asked for if it has no address here, or none in time: only the proxy knows it", async () => {
    const lookup = vi.spyOn(dns, "lookup")
    lookup.mockImplementation(((_host: string, _options: object, callback: (error: Error) => void) =>
      callback(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }))) as never)
    expect(await refused("issuer.example")).toBe("asked for")
    lookup.mockImplementation((() => undefined) as never)
    expect(await refused("issuer.example")).toBe("asked for")
  })
})
