import { createHash, X509Certificate } from "node:crypto"
import { generate } from "selfsigned"
import { describe, expect, it } from "vitest"
import type { EdgeEvidence } from "../../src/edge.ts"
import {
  alice,
  type EdgeConnection,
  edgeAuthorizer,
  edgeConfig,
  edgeEvent,
  type HeaderKind,
  hmacEntry,
  secret,
  secretPart,
  signature,
} from "../support/edge.ts"
import { nowSeconds } from "../support/mint.ts"

const dayMs = 86_400_000
const certificate = async (name: string, firstDay = -1): Promise<string> => {
  const { cert } = await generate(
    [
      { name: "countryName", value: "DE" },
      { name: "organizationName", value: "Acme\\, Inc." },
      { name: "commonName", value: name },
    ],
    {
      keyType: "ec",
      algorithm: "sha256",
      notBeforeDate: new Date(nowSeconds * 1000 + firstDay * dayMs),
      notAfterDate: new Date(nowSeconds * 1000 + (firstDay + 2) * dayMs),
      extensions: [
        {
          name: "subjectAltName",
          altNames: [
            { type: 2, value: `${name}.example.com` },
            { type: 6, value: `spiffe://example.com/${name}` },
          ],
        },
      ],
    },
  )
  return cert
}
const bigip = await certificate("bigip")
const stranger = await certificate("stranger")
const expired = await certificate("bigip", -5)
const future = await certificate("bigip", 1)

const x509 = new X509Certificate(bigip)
const spkiHex = createHash("sha256")
  .update(x509.publicKey.export({ type: "spki", format: "der" }))
  .digest("hex")
const spki = Buffer.from(spkiHex, "hex").toString("base64")
const colons = (hex: string): string => hex.match(/../g)?.join(":") ?? ""
const issuer = "CN=bigip,O=Acme\\, Inc.,C=DE"
const serial = x509.serialNumber

const withSecret = { ...alice, "x-origin-verify": secret }
async function reason(
  entry: EdgeEvidence,
  connection: EdgeConnection,
  headers: { readonly [name: string]: string } = withSecret,
  kind: HeaderKind = "rest-request",
): Promise<string> {
  const authorizer = await edgeAuthorizer(edgeConfig({ evidence: [entry] }))
  return (await authorizer.decide(edgeEvent(kind, { headers }, connection))).reason
}
const pinned = (mtls: NonNullable<EdgeEvidence["mtls"]>, clientCertPem?: string): Promise<string> =>
  reason({ mtls, secret: secretPart }, clientCertPem === undefined ? {} : { clientCertPem })

describe("the client certificate that the gateway saw", () => {
  it.each<[string, NonNullable<EdgeEvidence["mtls"]>]>([
    ["its key in base64", { spkiSha256: [spki] }],
    ["its key in hex", { spkiSha256: [spkiHex.toUpperCase()] }],
    ["its key in hex with colons", { spkiSha256: [colons(spkiHex)] }],
    ["one of several keys", { spkiSha256: ["A".repeat(43).concat("="), spki] }],
    ["issuer and serial number", { issuerSerial: [{ issuer, serial }] }],
    [
      "issuer and serial number in other spellings",
      { issuerSerial: [{ issuer: "cn=bigip, o=Acme\\2C Inc., c=DE", serial: colons(serial).toLowerCase() }] },
    ],
    ["a DNS name", { san: ["DNS:BigIP.example.com"] }],
    ["a URI", { san: ["URI:spiffe://example.com/bigip"] }],
    ["everything at once", { spkiSha256: [spki], issuerSerial: [{ issuer, serial }], san: ["DNS:bigip.example.com"] }],
  ])("is the edge's by %s", async (_name, mtls) => {
    expect(await pinned(mtls, bigip)).toBe("ok")
    expect(await pinned(mtls, stranger)).toBe("edge_certificate_refused")
    expect(await pinned(mtls)).toBe("edge_evidence_missing")
  })

  it.each<[string, NonNullable<EdgeEvidence["mtls"]>]>([
    ["another serial number", { issuerSerial: [{ issuer, serial: "01" }] }],
    ["another issuer", { issuerSerial: [{ issuer: "CN=bigip,O=Acme,C=DE", serial }] }],
    ["the issuer in the other order", { issuerSerial: [{ issuer: "C=DE,O=Acme\\, Inc.,CN=bigip", serial }] }],
    ["the issuer in capitals", { issuerSerial: [{ issuer: "CN=BIGIP,O=Acme\\, Inc.,C=DE", serial }] }],
    ["a part of a name", { san: ["DNS:example.com"] }],
    ["a name of another type", { san: ["URI:bigip.example.com"] }],
    ["a URI in capitals", { san: ["URI:spiffe://example.com/BIGIP"] }],
    ["a right name, and a wrong key beside it", { san: ["DNS:bigip.example.com"], spkiSha256: ["00".repeat(32)] }],
  ])("is not the edge's by %s", async (_name, mtls) => {
    expect(await pinned(mtls, bigip)).toBe("edge_certificate_refused")
  })

  it("counts in its time only, also when it was seen before", async () => {
    const mtls = { san: ["DNS:bigip.example.com"] }
    expect(await pinned(mtls, expired)).toBe("edge_certificate_refused")
    expect(await pinned(mtls, future)).toBe("edge_certificate_refused")
    let at = nowSeconds
    const parts = { clock: () => at * 1000 }
    const authorizer = await edgeAuthorizer(edgeConfig({ evidence: [{ mtls, secret: secretPart }] }), parts)
    const event = edgeEvent("rest-request", { headers: withSecret }, { clientCertPem: bigip })
    expect((await authorizer.decide(event)).reason).toBe("ok")
    at += 2 * 86_400
    expect((await authorizer.decide(event)).reason).toBe("edge_certificate_refused")
  })

  it("that is none is refused", async () => {
    for (const text of [
      "nonsense",
      bigip.slice(0, 200),
      bigip.replace("BEGIN", "BEGAN"),
      "-----BEGIN CERTIFICATE-----",
    ]) {
      expect(await pinned({ spkiSha256: [spki] }, text)).toBe("edge_certificate_refused")
    }
  })

  it.each<HeaderKind>(["rest-request", "http-1.0", "http-2.0"])("is read from %s", async (kind) => {
    const entry = { mtls: { spkiSha256: [spki] }, secret: secretPart }
    expect(await reason(entry, { clientCertPem: bigip }, withSecret, kind)).toBe("ok")
  })

  it("SR-120: is no evidence when a client sends it in a header", async () => {
    const headers = {
      ...withSecret,
      "x-client-cert": encodeURIComponent(bigip),
      "x-amzn-mtls-clientcert": bigip.replaceAll("\n", ""),
    }
    expect(await reason({ mtls: { spkiSha256: [spki] }, secret: secretPart }, {}, headers)).toBe(
      "edge_evidence_missing",
    )
  })

  it("SR-110: of many strangers is forgotten again", async () => {
    const entry = { mtls: { spkiSha256: [spki] }, secret: secretPart }
    const authorizer = await edgeAuthorizer(edgeConfig({ evidence: [entry] }))
    for (let i = 0; i < 300; i++) {
      const event = edgeEvent("rest-request", { headers: withSecret }, { clientCertPem: `${stranger}\n${i}` })
      expect((await authorizer.decide(event)).reason).toBe("edge_certificate_refused")
    }
    const event = edgeEvent("rest-request", { headers: withSecret }, { clientCertPem: bigip })
    expect((await authorizer.decide(event)).reason).toBe("ok")
  })
})

describe("everything inside an entry must hold", () => {
  const vpceId = "vpce-0a1b2c3d4e5f"
  const device = { mtls: { spkiSha256: [spki] }, secret: secretPart, cidrs: ["192.0.2.0/24"] }
  const network = { vpceIds: [vpceId], secret: secretPart, cidrs: ["192.0.2.0/24"] }
  const [fromDevice, fromNetwork] = [
    { clientCertPem: bigip, sourceIp: "192.0.2.7" },
    { vpceId, sourceIp: "192.0.2.7" },
  ]
  const wrongSecret = { ...alice, "x-origin-verify": "x" }

  it.each<[string, object, EdgeConnection, { readonly [name: string]: string }, string]>([
    ["all of a device", device, fromDevice, withSecret, "ok"],
    ["another certificate", device, { ...fromDevice, clientCertPem: stranger }, withSecret, "edge_certificate_refused"],
    [
      "a device at another address",
      device,
      { ...fromDevice, sourceIp: "192.0.3.7" },
      withSecret,
      "edge_network_refused",
    ],
    ["a device with another secret", device, fromDevice, wrongSecret, "edge_secret_invalid"],
    ["a device without a secret", device, fromDevice, alice, "edge_evidence_missing"],
    ["all of a network", network, fromNetwork, withSecret, "ok"],
    ["another endpoint", network, { ...fromNetwork, vpceId: "vpce-ffffffff" }, withSecret, "edge_network_refused"],
    [
      "a network's other address",
      network,
      { ...fromNetwork, sourceIp: "192.0.3.7" },
      withSecret,
      "edge_network_refused",
    ],
    ["a network with another secret", network, fromNetwork, wrongSecret, "edge_secret_invalid"],
    ["no endpoint", network, fromDevice, withSecret, "edge_evidence_missing"],
  ])("%s", async (_name, entry, connection, headers, expected) => {
    expect(await reason(entry, connection, headers)).toBe(expected)
  })
})

describe("any one entry is enough", () => {
  const vpceIds = ["vpce-0a1b2c3d"]
  const evidence = [hmacEntry, { vpceIds, secret: secretPart }]
  const given = async (headers: { readonly [name: string]: string }, connection: EdgeConnection, parts = {}) => {
    const authorizer = await edgeAuthorizer(edgeConfig({ evidence }), parts)
    return (await authorizer.decide(edgeEvent("rest-request", { headers }, connection))).reason
  }
  const signed = { "x-edge-signature": signature("rest-request", alice) }
  const here = { vpceId: "vpce-0a1b2c3d" }

  it("in whatever order they stand, and whatever is wrong with the other", async () => {
    expect(await given({ ...alice, ...signed }, {})).toBe("ok")
    expect(await given(withSecret, here)).toBe("ok")
    expect(await given({ ...withSecret, "x-edge-signature": "v=1" }, here)).toBe("ok")
    expect(await given({ ...alice, ...signed, "x-origin-verify": "x" }, here)).toBe("ok")
  })

  it("and none is not; parts of two do not make one", async () => {
    expect(await given(withSecret, {})).toBe("edge_evidence_missing")
    expect(await given({ ...withSecret, "x-edge-signature": "v=1" }, {})).toBe("edge_signature_malformed")
    expect(await given(alice, here)).toBe("edge_evidence_missing")
  })

  it("SR-147: while one of them cannot be judged, none that fails is a refusal", async () => {
    const secrets = async (reference: object) => {
      if (JSON.stringify(reference).includes("hmac")) throw new Error("down")
      return { current: secret }
    }
    const wrong = { ...alice, ...signed, "x-origin-verify": "x" }
    expect(await given(wrong, here, { secrets })).toBe("secrets_unavailable")
    expect(await given({ ...withSecret, ...signed }, here, { secrets })).toBe("ok")
  })
})

describe("SR-128: the source address is the one that the gateway names", () => {
  const entry = { secret: secretPart, cidrs: ["192.0.2.0/25", "2001:db8:1::/48", "198.51.100.9"] }
  it.each([
    ["192.0.2.0", "ok"],
    ["192.0.2.127", "ok"],
    ["192.0.2.128", "edge_network_refused"],
    ["198.51.100.9", "ok"],
    ["198.51.100.10", "edge_network_refused"],
    ["2001:db8:1:ffff::1", "ok"],
    ["2001:DB8:1::1", "ok"],
    ["2001:db8:2::1", "edge_network_refused"],
    ["192.0.2.1, 10.0.0.1", "edge_network_refused"],
    ["192.0.2.01", "edge_network_refused"],
    ["test-invoke-source-ip", "edge_network_refused"],
  ])("%s is %s", async (sourceIp, expected) => {
    for (const kind of ["rest-request", "http-2.0"] as const) {
      expect(await reason(entry, { sourceIp }, { ...withSecret, "x-forwarded-for": "192.0.2.1" }, kind)).toBe(expected)
    }
  })
})
