import { afterEach, describe, expect, it } from "vitest"
import { type AuthorizerConfig, type ConfigurationError, createAuthorizer, loadAuthorizer } from "../../src/index.ts"
import { oidcIssuer } from "../support/config.ts"
import { edgeConfig, edgeEvent, hmacEntry, identityHeaders, keyHex, secretPart, vectorKeyHex } from "../support/edge.ts"

type Problem = readonly [path: string, message: RegExp]

/** Everything that is wrong with a configuration. */
function problems(config: unknown): readonly Problem[] {
  try {
    createAuthorizer(config as AuthorizerConfig)
    return []
  } catch (error) {
    expect(error).toMatchObject({ name: "ConfigurationError" })
    return (error as ConfigurationError).problems.map(({ path, message }) => [path, new RegExp(message)] as const)
  }
}
function expectProblems(config: unknown, expected: readonly Problem[]): void {
  let found: ConfigurationError["problems"] = []
  try {
    createAuthorizer(config as AuthorizerConfig)
  } catch (error) {
    found = (error as ConfigurationError).problems
  }
  expect(found.map(({ path }) => path)).toEqual(expected.map(([path]) => path))
  for (const [index, [, message]] of expected.entries()) expect(found[index]?.message).toMatch(message)
}

/** The `edge` block of the tests with members replaced; a member that is undefined is left out. */
const edge = (changes: object): unknown => {
  const config = edgeConfig()
  const merged = { ...config.edge, ...changes } as { [name: string]: unknown }
  return { ...config, edge: Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)) }
}
const evidence = (entry: unknown): unknown => edge({ evidence: [JSON.parse(JSON.stringify(entry))] })
const headers = (changes: object): unknown => edge({ headers: { ...identityHeaders, ...changes } })

const jwsIssuer = oidcIssuer({ issuer: "https://bigip.example" })
const jws = { header: "x-edge-identity", issuer: jwsIssuer }
const mtls = { san: ["DNS:bigip.example.com"] }
const vpceIds = ["vpce-0a1b2c3d"]
const at = "edge.evidence[0]"

afterEach(() => {
  for (const name of ["EDGE_TEST_KEYS", "EDGE_TEST_SECRETS"]) delete process.env[name]
})

describe("SR-120: what is enough evidence", () => {
  it.each<[string, object]>([
    ["a minted JWS", { jws }],
    ["a signature", hmacEntry],
    ["a client certificate and a secret", { mtls, secret: secretPart }],
    ["an endpoint and a secret", { vpceIds, secret: secretPart }],
    ["an address and a secret", { cidrs: ["192.0.2.0/24"], secret: secretPart }],
    ["a signature and an address", { ...hmacEntry, cidrs: ["192.0.2.0/24"] }],
    ["everything of a public API", { jws, ...hmacEntry, mtls, secret: secretPart, cidrs: ["2001:db8::/32"] }],
    ["everything of a private API", { jws, ...hmacEntry, vpceIds, secret: secretPart, cidrs: ["2001:db8::/32"] }],
  ])("%s", (_name, entry) => {
    expect(problems(evidence(entry))).toEqual([])
  })

  it.each<[string, unknown, Problem]>([
    [
      "no evidence",
      edge({ evidence: undefined }),
      ["edge.evidence", /at least one proof.*jws; hmac; mtls with secret/],
    ],
    ["an empty list", edge({ evidence: [] }), ["edge.evidence", /at least one proof/]],
    ["evidence that is no list", edge({ evidence: hmacEntry }), ["edge.evidence", /must be a list/]],
    ["an empty entry", evidence({}), [at, /alone proves too little.*What is enough/]],
    ["an address alone", evidence({ cidrs: ["192.0.2.0/24"] }), [at, /an address range alone proves too little/]],
    ["a certificate alone", evidence({ mtls }), [at, /a client certificate alone proves too little/]],
    ["a secret alone", evidence({ secret: secretPart }), [at, /a shared secret alone proves too little/]],
    ["an endpoint alone", evidence({ vpceIds }), [at, /a VPC endpoint alone proves too little/]],
    ["a certificate and an address", evidence({ mtls, cidrs: ["192.0.2.0/24"] }), [at, /proves too little/]],
    ["an endpoint and an address", evidence({ vpceIds, cidrs: ["10.0.0.0/8"] }), [at, /proves too little/]],
    [
      "8: a certificate and an endpoint",
      evidence({ mtls, vpceIds }),
      [at, /can never hold: private APIs.*no mutual TLS/],
    ],
    ["8: both, and a secret", evidence({ mtls, vpceIds, secret: secretPart }), [at, /can never hold/]],
    ["8: both, and a signature", evidence({ ...hmacEntry, mtls, vpceIds }), [at, /can never hold/]],
    [
      "8: an endpoint and an HTTP API",
      { ...(evidence({ vpceIds, secret: secretPart }) as object), gateway: { resultTtlSeconds: 0, api: "http" } },
      [`${at}.vpceIds`, /can never hold with gateway\.api "http": only REST APIs/],
    ],
    ["evidence of an unknown kind", evidence({ ...hmacEntry, trustMe: true }), [`${at}.trustMe`, /not a known option/]],
  ])("refused: %s", (_name, config, problem) => {
    expectProblems(config, [problem])
  })

  it("8: an endpoint and a certificate can have an entry each", () => {
    const either = [
      { mtls, secret: secretPart },
      { vpceIds, secret: secretPart },
    ]
    expect(problems(edge({ evidence: either }))).toEqual([])
    const rest = {
      ...(evidence({ vpceIds, secret: secretPart }) as object),
      gateway: { resultTtlSeconds: 0, api: "rest" },
    }
    expect(problems(rest)).toEqual([])
  })
})

describe("SR-160: options of evidence", () => {
  const hmac = (changes: object): unknown => evidence({ hmac: { ...hmacEntry.hmac, ...changes } })
  const minted = (changes: object): unknown => evidence({ jws: { ...jws, ...changes } })
  const pins = (pinned: object): unknown => evidence({ mtls: pinned, secret: secretPart })
  const secretOf = (values: unknown): unknown => evidence({ vpceIds, secret: { ...secretPart, values } })
  const from = (...cidrs: unknown[]): unknown => evidence({ ...hmacEntry, cidrs })

  it.each<[string, unknown, Problem]>([
    ["a window of 4 seconds", hmac({ windowSeconds: 4 }), [`${at}.hmac.windowSeconds`, /from 5 to 300/]],
    ["a window of 301 seconds", hmac({ windowSeconds: 301 }), [`${at}.hmac.windowSeconds`, /from 5 to 300/]],
    ["a window that is no number", hmac({ windowSeconds: "60" }), [`${at}.hmac.windowSeconds`, /must be a number/]],
    ["no header", hmac({ header: undefined }), [`${at}.hmac.header`, /./]],
    ["a header that is none", hmac({ header: "x edge" }), [`${at}.hmac.header`, /RFC 9110 token/]],
    ["an inline HMAC key", hmac({ keys: keyHex }), [`${at}.hmac.keys`, /[Nn]ever write the value itself here/]],
    [
      "an inline secret",
      secretOf("canary-secret-in-the-wrong-place"),
      [`${at}.secret.values`, /[Nn]ever write the value itself here/],
    ],
    [
      "a list of inline secrets",
      secretOf(["canary-secret"]),
      [`${at}.secret.values`, /[Nn]ever write the value itself here/],
    ],
    ["two places of a secret", secretOf({ env: "A", ssm: "/b" }), [`${at}.secret.values`, /exactly one place/]],
    ["a variable that is not set", secretOf({ env: "EDGE_TEST_SECRETS" }), [`${at}.secret.values.env`, /is not set/]],
    ["a JWS without issuer", minted({ issuer: undefined }), [`${at}.jws.issuer`, /./]],
    [
      "a JWS of an unknown provider",
      minted({ issuer: { provider: "f5" } }),
      [`${at}.jws.issuer.provider`, /must be one of/],
    ],
    [
      "a JWS with HS256",
      minted({ issuer: { ...jwsIssuer, algorithms: ["RS256", "HS256"] } }),
      [`${at}.jws.issuer.algorithms[1]`, /never accepted/],
    ],
    [
      "a JWS without audience",
      minted({ issuer: { ...jwsIssuer, audience: "" } }),
      [`${at}.jws.issuer.audience`, /must be text of 1 to 2048 characters/],
    ],
    [
      "a JWS with a claim for no header",
      minted({ claims: { mail: "email" } }),
      [`${at}.jws.claims.mail`, /not a known option/],
    ],
    [
      "a JWS with a claim path that is none",
      minted({ claims: { user: [] } }),
      [`${at}.jws.claims.user`, /must not be empty/],
    ],
    ["a JWS window of 4 seconds", minted({ windowSeconds: 4 }), [`${at}.jws.windowSeconds`, /from 5 to 7200/]],
    ["no pins", pins({}), [`${at}.mtls`, /must pin/]],
    ["an empty list of pins", pins({ spkiSha256: [] }), [`${at}.mtls.spkiSha256`, /must not be empty/]],
    ["a pin that is none", pins({ spkiSha256: ["abc"] }), [`${at}.mtls.spkiSha256[0]`, /SHA-256 in hex/]],
    ["a name without type", pins({ san: ["bigip.example.com"] }), [`${at}.mtls.san[0]`, /begin with its type/]],
    ["a wildcard", pins({ san: ["DNS:*.example.com"] }), [`${at}.mtls.san[0]`, /wildcards are not matched/]],
    [
      "an empty list of issuers",
      pins({ issuerSerial: [] }),
      [`${at}.mtls.issuerSerial`, /must be a list, for example/],
    ],
    [
      "issuers that are no list",
      pins({ issuerSerial: "CN=x" }),
      [`${at}.mtls.issuerSerial`, /must be a list, for example/],
    ],
    [
      "an empty issuer",
      pins({ issuerSerial: [{ issuer: "", serial: "01" }] }),
      [`${at}.mtls.issuerSerial[0].issuer`, /./],
    ],
    [
      "an empty serial",
      pins({ issuerSerial: [{ issuer: "CN=x", serial: "" }] }),
      [`${at}.mtls.issuerSerial[0].serial`, /./],
    ],
    ["an empty list of keys", pins({ spkiSha256: [] }), [`${at}.mtls.spkiSha256`, /./]],
    ["an empty list of names", pins({ san: [] }), [`${at}.mtls.san`, /./]],
    ["a serial without issuer", pins({ issuerSerial: [{ serial: "01" }] }), [`${at}.mtls.issuerSerial[0].issuer`, /./]],
    [
      "a serial that is none",
      pins({ issuerSerial: [{ issuer: "CN=x", serial: "xyz" }] }),
      [`${at}.mtls.issuerSerial[0]`, /serial number in hex/],
    ],
    [
      "an issuer that is no name",
      pins({ issuerSerial: [{ issuer: "Edge CA", serial: "01" }] }),
      [`${at}.mtls.issuerSerial[0]`, /distinguished name/],
    ],
    ["an endpoint that is none", evidence({ vpceIds: ["vpc-1"], secret: secretPart }), [`${at}.vpceIds[0]`, /vpce-/]],
    ["an address range that is none", from("192.0.2.0/33"), [`${at}.cidrs[0]`, /address range/]],
    ["all IPv4 addresses", from("0.0.0.0/0"), [`${at}.cidrs[0]`, /not all addresses/]],
    ["all IPv6 addresses", from("::/0"), [`${at}.cidrs[0]`, /not all addresses/]],
    ["a host name for a range", from("bigip.example.com"), [`${at}.cidrs[0]`, /address range/]],
  ])("refused: %s", (_name, config, problem) => {
    expectProblems(config, [problem])
  })

  it("inline HMAC keys are refused without a word of them", () => {
    expectProblems(hmac({ keys: { canary: keyHex } }), [
      [`${at}.hmac.keys.canary`, /not a known option/],
      [`${at}.hmac.keys`, /[Nn]ever write the value itself here/],
    ])
    expect(() => createAuthorizer(hmac({ keys: { k1: keyHex } }) as AuthorizerConfig)).toThrow(
      new RegExp(`^(?![\\s\\S]*${keyHex})`),
    )
  })

  it("a secret of the environment is read at start, and a weak one refused", () => {
    process.env.EDGE_TEST_KEYS = JSON.stringify({ k1: keyHex })
    expect(problems(hmac({ keys: { env: "EDGE_TEST_KEYS" } }))).toEqual([])
    process.env.EDGE_TEST_KEYS = "{}"
    expectProblems(hmac({ keys: { env: "EDGE_TEST_KEYS" } }), [[`${at}.hmac.keys.env`, /JSON object/]])
  })

  it.each([
    ["nothing but zeros", "00".repeat(32)],
    ["the test vector", vectorKeyHex],
    ["words", Buffer.from("my very secret key of the year 26").toString("hex")],
  ])("1.7: a key of %s in the environment is refused at start, and not repeated", (_name, weak) => {
    process.env.EDGE_TEST_KEYS = JSON.stringify({ k1: keyHex, k2: weak })
    expectProblems(hmac({ keys: { env: "EDGE_TEST_KEYS" } }), [[`${at}.hmac.keys.env`, /weak value: .*openssl rand/]])
    expect(() => createAuthorizer(hmac({ keys: { env: "EDGE_TEST_KEYS" } }) as AuthorizerConfig)).toThrow(
      new RegExp(`^(?![\\s\\S]*${weak})`),
    )
  })

  it("SR-163: no message holds a value that was put in the wrong place", () => {
    const wrong = evidence({
      vpceIds: ["canary"],
      secret: { header: "x-canary header", values: "canary" },
      cidrs: ["canary"],
    })
    expect(() => createAuthorizer(wrong as AuthorizerConfig)).toThrow(/^(?![\s\S]*canary)/)
  })

  it("a token that callers have is no evidence of the edge", () => {
    const same = {
      ...edgeConfig({ role: "attributes", evidence: [{ jws: { header: "x-edge-identity", issuer: oidcIssuer() } }] }),
      issuers: [oidcIssuer()],
    }
    expectProblems(same, [[`${at}.jws.issuer.audience`, /must differ from that of issuers\[0\]/]])
    const other = { ...same, issuers: [oidcIssuer({ audience: "https://other.example" })] }
    expect(problems(other)).toEqual([])
  })
})

describe("SR-160: identity headers", () => {
  it.each<[string, unknown, Problem]>([
    [
      "no user",
      edge({ headers: { groups: "x-edge-groups" } }),
      ["edge.headers.user", /is missing\. Set it to the header with the user's name/],
    ],
    ["no headers", edge({ headers: undefined }), ["edge.headers", /is missing\. Set it to the headers to believe/]],
    [
      "an unknown format",
      headers({ groups: { name: "x-g", format: "json" } }),
      ["edge.headers.groups.format", /must be one of/],
    ],
    [
      "an unknown option",
      headers({ groups: { name: "x-g", separator: ";" } }),
      ["edge.headers.groups.separator", /not a known/],
    ],
    [
      "dn on one value",
      headers({ email: { name: "x-e", dn: "cn" } }),
      ["edge.headers.email.dn", /lists of names only/],
    ],
    [
      "an unknown dn",
      headers({ groups: { name: "x-g", format: "csv", dn: "ou" } }),
      ["edge.headers.groups.dn", /must be one of/],
    ],
    [
      "an optional user",
      headers({ user: { name: "x-u", optional: true } }),
      ["edge.headers.user.optional", /must be false/],
    ],
    [
      "a user that is a list",
      headers({ user: { name: "x-u", format: "csv" } }),
      ["edge.headers.user.format", /one value/],
    ],
    [
      "a certificate without field",
      headers({ cert: { name: "x-c", format: "certificate" } }),
      ["edge.headers.cert.field", /is missing\. Set it to what of the certificate is the value/],
    ],
    [
      "a field without certificate",
      headers({ email: { name: "x-e", field: "email" } }),
      ["edge.headers.email.field", /goes with format/],
    ],
    ["a name that is no token", headers({ email: "x-edge email" }), ["edge.headers.email.name", /RFC 9110 token/]],
    ["Connection", headers({ email: "Connection" }), ["edge.headers.email.name", /something else/]],
    ["X-Forwarded-For", headers({ email: "X_Forwarded_For" }), ["edge.headers.email.name", /something else/]],
    ["a header twice", headers({ email: "X-Edge-User" }), ["edge.headers.email", /same header as edge\.headers\.user/]],
    [
      "an alias",
      headers({ email: "x_edge.user" }),
      ["edge.headers.email", /alias of the header at edge\.headers\.user/],
    ],
    [
      "the signature as identity",
      headers({ email: "X-Edge-Signature" }),
      [`${at}.hmac.header`, /same header as edge\.headers\.email/],
    ],
    ["an alias of the signature", headers({ email: "X_Edge_Signature" }), [`${at}.hmac.header`, /alias/]],
    [
      "a context key of the gateway",
      headers({ principalId: "x-p" }),
      ["edge.headers.principalId", /API Gateway itself/],
    ],
    ["a context key with a meaning of its own", headers({ sub: "x-s" }), ["edge.headers.sub", /means something else/]],
    ["a context key that is a mark", headers({ refused: "x-r" }), ["edge.headers.refused", /means something else/]],
    [
      "a key that every object has",
      headers({ constructor: "x-c" }),
      ["edge.headers.constructor", /means something else/],
    ],
    [
      "a context key twice",
      { ...(headers({ email: "x-e" }) as object), context: { email: "mail" } },
      ["context.email", /already/],
    ],
  ])("refused: %s", (_name, config, problem) => {
    expectProblems(config, [problem])
  })

  it("may share the header of a secret between entries", () => {
    expect(
      problems(
        edge({
          evidence: [
            { vpceIds, secret: secretPart },
            { mtls, secret: secretPart },
          ],
        }),
      ),
    ).toEqual([])
  })
})

describe("the edge and the rest of the configuration", () => {
  const issuers = [oidcIssuer()]
  it.each<[string, unknown, readonly Problem[]]>([
    ["no role", edge({ role: undefined }), [["edge.role", /is missing\. Set it to what the headers are/]]],
    ["an unknown role", edge({ role: "admin" }), [["edge.role", /must be one of/]]],
    ["an unknown option", edge({ trust: "all" }), [["edge.trust", /not a known option/]]],
    ["an edge that is no object", { ...edgeConfig(), issuers, edge: true }, [["edge", /must be an object/]]],
    ["attributes without an issuer", edge({ role: "attributes" }), [["issuers", /must have an issuer/]]],
    ["no issuer and no edge", { issuers: [] }, [["issuers", /at least one issuer/]]],
    ["a subject claim for an identity", edge({ subjectClaim: "sub" }), [["edge.subjectClaim", /attributes/]]],
    [
      "a subject claim that is none",
      { ...(edge({ role: "attributes", subjectClaim: [] }) as object), issuers },
      [["edge.subjectClaim", /must not be empty/]],
    ],
    [
      "scopes as attributes",
      {
        ...(edge({
          role: "attributes",
          headers: { ...identityHeaders, scopes: { name: "x-s", format: "csv" } },
        }) as object),
        issuers,
      },
      [["edge.headers.scopes", /identity only/]],
    ],
    [
      "a token issuer called edge",
      { ...edgeConfig(), issuers: [oidcIssuer({ issuer: "edge" })] },
      [["issuers[0].issuer", /must not be "edge"/]],
    ],
    [
      "the token's header as identity",
      { ...(headers({ email: "Authorization" }) as object), issuers },
      [["edge.headers.email", /same header as credential\.header/]],
    ],
    [
      "a TOKEN authorizer",
      { ...edgeConfig(), gateway: { resultTtlSeconds: 0, authorizerType: "token" } },
      [["gateway.authorizerType", /must be "request".*REQUEST authorizer/]],
    ],
    [
      "an unknown kind of authorizer",
      { issuers, gateway: { authorizerType: "TOKEN" } },
      [["gateway.authorizerType", /must be one of/]],
    ],
    ["secrets without an edge", { issuers, secrets: {} }, [["secrets", /goes with edge or assertion only/]]],
    ["an unknown option of secrets", { ...edgeConfig(), secrets: { ttl: 1 } }, [["secrets.ttl", /not a known option/]]],
  ])("refused: %s", (_name, config, expected) => {
    expectProblems(config, expected)
  })

  it("takes Authorization as an identity header where no token is looked for", () => {
    expect(problems(edge({ headers: { user: "Authorization" } }))).toEqual([])
  })

  it("takes a REQUEST authorizer for granted, or by name", () => {
    expect(problems({ ...edgeConfig(), gateway: { resultTtlSeconds: 0, authorizerType: "request" } })).toEqual([])
    expect(problems({ issuers, gateway: { authorizerType: "token" } })).toEqual([])
  })

  it("tells everything at once", () => {
    const config = {
      issuers: [],
      gateway: {},
      colour: "red",
      edge: { role: "identity", headers: {}, evidence: [{ cidrs: ["0.0.0.0/0"] }] },
    }
    const paths = ["colour", "edge.headers.user", at, `${at}.cidrs[0]`, "gateway.identitySources"]
    expect(problems(config).map(([path]) => path)).toEqual(expect.arrayContaining(paths))
  })

  it("loads the parts of an edge for the deployed handler, with the preset of its issuer", async () => {
    const entry = {
      jws: { header: "x-edge-identity", issuer: { provider: "okta", domain: "acme.okta.com", audience: "api://x" } },
    } as const
    const authorizer = await loadAuthorizer(edgeConfig({ evidence: [entry] }))
    expect(await authorizer.decide(edgeEvent("http-2.0"))).toMatchObject({ reason: "edge_evidence_missing" })
    await expect(loadAuthorizer(edgeConfig({ evidence: [] }))).rejects.toMatchObject({ name: "ConfigurationError" })
  })
})

describe("SR-143: evidence under the gateway's cache", () => {
  const cached = (entries: readonly object[], identitySources: readonly string[], changes: object = {}): unknown => ({
    ...edgeConfig({ evidence: entries }),
    gateway: { resultTtlSeconds: 300, identitySources },
    ...changes,
  })
  const header = (name: string): string => `method.request.header.${name}`
  const ids = [header("X-Edge-User"), "$request.header.x-edge-groups"]
  const sources = [header("x-edge-user"), "$request.header.X-Edge-Groups", "route.request.header.x-origin-verify"]

  it.each<[string, unknown]>([
    ["a minted JWS in the key", cached([{ jws }], [header("x-edge-identity")])],
    ["a minted JWS and the route in the key", cached([{ jws }], ["$request.header.X-Edge-Identity", "route"])],
    [
      "a secret, an endpoint and the identity",
      cached([{ vpceIds, secret: secretPart }], [...sources, "context.identity.vpceId"]),
    ],
    [
      "a secret, an address and the identity",
      cached([{ cidrs: ["192.0.2.0/24"], secret: secretPart }], [...sources, "$context.identity.sourceIp"]),
    ],
    ["anything without a cache", edgeConfig({ evidence: [hmacEntry, { mtls, secret: secretPart }] })],
  ])("allowed: %s", (_name, config) => {
    expect(problems(config)).toEqual([])
  })

  it.each<[string, unknown, Problem]>([
    [
      "a signature",
      cached([hmacEntry], [...sources, header("x-edge-signature")]),
      ["gateway.resultTtlSeconds", /must be 0 with edge\.evidence\[0\]\.hmac/],
    ],
    ["a signature with the default TTL", { ...edgeConfig(), gateway: {} }, ["gateway.resultTtlSeconds", /must be 0/]],
    [
      "a minted JWS outside the key",
      cached([{ jws }], ids),
      ["gateway.identitySources", /"method\.request\.header\.x-edge-identity"/],
    ],
    [
      "a secret outside the key",
      cached(
        [{ vpceIds, secret: secretPart }],
        [header("x-edge-user"), header("x-edge-groups"), "context.identity.vpceId"],
      ),
      ["gateway.identitySources", /must hold "method\.request\.header\.x-origin-verify", here and/],
    ],
    [
      "an identity header outside the key",
      cached(
        [{ vpceIds, secret: secretPart }],
        [header("x-edge-user"), header("x-origin-verify"), "context.identity.vpceId"],
      ),
      ["gateway.identitySources", /must hold "method\.request\.header\.x-edge-groups", here/],
    ],
    [
      "an endpoint outside the key",
      cached([{ vpceIds, secret: secretPart }], sources),
      ["gateway.identitySources", /"context\.identity\.vpceId"/],
    ],
    [
      "a certificate outside the key",
      cached([{ mtls, secret: secretPart }], sources),
      ["gateway.identitySources", /clientCertPem/],
    ],
    [
      "the second of two entries",
      cached([{ jws }, { vpceIds, secret: secretPart }], [header("x-edge-identity")]),
      ["gateway.identitySources", /x-origin-verify/],
    ],
    [
      "a name that only begins like a source",
      cached([{ jws }], [header("x-edge-identity-2")]),
      ["gateway.identitySources", /x-edge-identity"/],
    ],
    [
      "tokens and identities side by side",
      cached([{ jws }], ["token", header("x-edge-identity")], { issuers: [oidcIssuer()] }),
      ["gateway.resultTtlSeconds", /no cache key fits both/],
    ],
  ])("refused: %s", (_name, config, problem) => {
    expectProblems(config, [problem])
  })

  it("attributes need the token in the key as well", () => {
    const attributes = (identitySources: readonly string[]): unknown => ({
      ...edgeConfig({ role: "attributes", evidence: [{ jws }] }),
      issuers: [oidcIssuer()],
      gateway: { resultTtlSeconds: 300, identitySources },
    })
    expect(problems(attributes(["token", header("x-edge-identity")]))).toEqual([])
    expectProblems(attributes([header("x-edge-identity")]), [["gateway.identitySources", /must hold "token"/]])
    expectProblems(attributes(["token"]), [["gateway.identitySources", /x-edge-identity/]])
  })
})
