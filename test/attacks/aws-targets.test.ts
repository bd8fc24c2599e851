import { sign } from "node:crypto"
import { describe, expect, it } from "vitest"
import { createCloudFrontAuthorizer, createLatticeVerifier, type ReceivedRequest } from "../../src/aws.ts"
import {
  dataHeader,
  dataToken,
  goodClaims,
  goodHeader,
  inventedKid,
  kid,
  padded,
  pem,
  signer,
  world,
} from "../aws/load-balancer-world.ts"
import { throwing } from "../aws/world.ts"
import { bearer, clock, config } from "../http/world.ts"
import { testKey } from "../support/keys.ts"

// 18, section 8, "ALB, AppSync, …": hostile headers and events. None of them is ever an allow.

/** What is no request, no event and no map of headers. */
const noRequests: readonly (readonly [string, unknown])[] = [
  ["nothing", undefined],
  ["null", null],
  ["a text", "x"],
  ["a number", 7],
  ["a list", []],
  ["a list of lists", [[dataHeader, dataToken()]]],
  ["an empty object", {}],
  ["a function", () => dataToken()],
  ["headers that are a text", { headers: dataToken() }],
  ["headers that are null", { headers: null, multiValueHeaders: null }],
  ["raw headers that are a text", { rawHeaders: dataToken() }],
  ["raw headers of numbers", { rawHeaders: [1, 2, 3] }],
  ["an inherited header", Object.create({ [dataHeader]: dataToken() })],
  ["inherited headers", { headers: Object.create({ [dataHeader]: dataToken() }) }],
  ["headers of a prototype name", { headers: JSON.parse(`{"__proto__":{"${dataHeader}":"${dataToken()}"}}`) }],
]

describe("18: hostile requests that a load balancer may pass on", () => {
  const outcome = async (received: unknown): Promise<string> => {
    const made = world()
    const result = await made.outcome(received)
    expect(made.asked).toEqual([])
    return result
  }
  const token = dataToken()

  it.each(noRequests)("%s prove nothing", async (_what, received) => {
    expect(await outcome(received)).toBe("TokenRefused credential_missing")
  })

  it.each([
    ["twice", { [dataHeader]: [token, token] }, "duplicate"],
    ["twice in other capitals", { [dataHeader]: token, "X-Amzn-Oidc-Data": token }, "duplicate"],
    ["twice in raw headers", { rawHeaders: [dataHeader, token, "X-AMZN-OIDC-DATA", "x"] }, "duplicate"],
    [
      "once in each map, different",
      { headers: { [dataHeader]: "x" }, multiValueHeaders: { [dataHeader]: [token] } },
      "duplicate",
    ],
    ["with an alias by _", { [dataHeader]: token, x_amzn_oidc_data: token }, "alias"],
    ["as an alias alone", { x_amzn_oidc_data: token }, "alias"],
    ["as an alias by .", { "x.amzn.oidc.data": token }, "alias"],
    ["as an alias by a blank", { "x-amzn-oidc-data ": token }, "alias"],
    ["as an alias by a tab", { "\tx-amzn-oidc-data": token }, "alias"],
    ["with a letter that has a small one in ASCII", { "x-amzn-oidc-data": token, "x-amzn-oidc-data\u212a": "x" }, ""],
    ["and Connection names it", { [dataHeader]: token, connection: "close, X-Amzn-Oidc-Data" }, "connection"],
    ["as a list in a list", { [dataHeader]: [[token]] }, "malformed"],
    ["as an object", { [dataHeader]: { toString: () => token } }, "malformed"],
    ["as a number", { [dataHeader]: 7 }, "malformed"],
    ["with a line break", { [dataHeader]: `${token}\r\n` }, "control"],
    ["with a null byte", { [dataHeader]: `${token}\0` }, "control"],
    ["with a letter outside ASCII", { [dataHeader]: `${token}é` }, "characters"],
    ["longer than any token", { [dataHeader]: "a".repeat(16_385) }, "too_long"],
    ["a megabyte long", { [dataHeader]: "a".repeat(1_000_000) }, "too_long"],
    [
      "after too many headers",
      { rawHeaders: [...Array(256).fill("x"), ...[dataHeader, token], "x", "y"] },
      "malformed",
    ],
  ])("the header %s is refused", async (_what, received, code) => {
    const found = code === "" ? await world().outcome(received) : await outcome(received)
    expect(found).toBe(code === "" ? "ok" : `TokenRefused edge_header_${code}`)
  })

  it("a getter that throws, or a proxy, is a fault and no allow", async () => {
    const throwing = Object.defineProperty({}, "headers", {
      get: () => {
        throw new Error("canary")
      },
      enumerable: true,
    })
    expect(await outcome(throwing)).toBe("Unavailable internal")
    const proxy = new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw new Error("canary")
        },
        ownKeys: () => {
          throw new Error("canary")
        },
      },
    )
    expect(await outcome({ headers: proxy })).toBe("Unavailable internal")
  })
})

describe("18: hostile tokens of a load balancer, all of them before a fetch", () => {
  const [head = "", payload = "", signature = ""] = dataToken().split(".")
  const bare = (text: string): string => text.replace(/=+$/, "")
  /** The last character in front of the padding, with its unused bits set. */
  const loose = (text: string): string =>
    text.replace(/(.)(=+)$/, (_all, last: string, end: string) => String.fromCharCode(last.charCodeAt(0) + 1) + end)
  const json = JSON.stringify(goodHeader)
  const { privateKey } = testKey("p256", "alb")

  it("have padding to begin with", () => {
    expect([payload, signature].every((segment) => segment.endsWith("="))).toBe(true)
  })

  it.each([
    ["nothing", ""],
    ["no dots", "abcd"],
    ["one dot", `${head}.${payload}`],
    ["three dots", `${head}.${payload}.${signature}.`],
    ["five segments", `${head}.${payload}.${signature}.${payload}.${signature}`],
    ["an empty header", `.${payload}.${signature}`],
    ["empty claims", `${head}..${signature}`],
    ["an empty signature", `${head}.${payload}.`],
    ["no padding in the claims", `${head}.${bare(payload)}.${signature}`],
    ["no padding in the signature", `${head}.${payload}.${bare(signature)}`],
    ["no padding at all", dataToken({ write: (content) => bare(padded(content)) })],
    ["more padding", `${head}.${payload}.${signature}====`],
    ["too much padding", `${head}.${payload}=.${signature}`],
    ["padding alone", `${head}.====.${signature}`],
    ["padding in the middle", `${head}.${payload.slice(0, 4)}==${payload.slice(6)}.${signature}`],
    ["a blank", `${head}.${payload}. ${signature}`],
    ["a blank at the end", `${head}.${payload}.${signature} `],
    [
      "standard base64",
      `${head}.${payload}.${signature.replaceAll("-", "+").replaceAll("_", "/").replace(/^..../, "+/+/")}`,
    ],
    ["loose bits in the claims", `${head}.${loose(payload)}.${signature}`],
    ["loose bits in the signature", `${head}.${payload}.${loose(signature)}`],
    ["two tokens", `${dataToken()},${dataToken()}`],
    ["a scheme", `Bearer ${dataToken()}`],
    ["a comma", `${dataToken()},`],
  ])("%s is malformed", async (_what, text) => {
    const made = world()
    expect(await made.outcome({ [dataHeader]: text })).toBe("TokenRefused token_malformed")
    expect(made.asked).toEqual([])
  })

  it.each([
    ["none", { alg: "none" }, "algorithm_not_allowed"],
    ["HS256", { alg: "HS256" }, "algorithm_not_allowed"],
    ["RS256", { alg: "RS256" }, "algorithm_not_allowed"],
    ["ES384", { alg: "ES384" }, "algorithm_not_allowed"],
    ["other capitals of ES256", { alg: "es256" }, "algorithm_not_allowed"],
    ["a list of algorithms", { alg: ["ES256"] }, "header_invalid"],
    ["no algorithm", { alg: undefined }, "header_invalid"],
    ["crit", { crit: ["signer"] }, "header_critical"],
    ["b64", { b64: false }, "header_critical"],
    ["another type", { typ: "at+jwt" }, "type_not_allowed"],
    ["a nested token", { cty: "JWT" }, "type_not_allowed"],
    ["no kid", { kid: undefined }, "kid_missing"],
    ["an empty kid", { kid: "" }, "header_invalid"],
    ["a kid that leaves the path", { kid: "../../attacker.example/key" }, "header_invalid"],
    ["a kid with a host", { kid: "@attacker.example/" }, "header_invalid"],
    ["a kid with a query string", { kid: `${kid}?x=1` }, "header_invalid"],
    ["a kid with an encoded slash", { kid: `${kid.slice(0, -3)}%2f` }, "header_invalid"],
    ["a kid with a line break", { kid: `${kid}\n` }, "header_invalid"],
    ["a kid in capitals", { kid: kid.toUpperCase() }, "header_invalid"],
    ["a kid of another form", { kid: kid.replaceAll("-", "") }, "header_invalid"],
    ["a list of kids", { kid: [kid] }, "header_invalid"],
    ["a prototype name as the signer", { signer: "__proto__" }, "issuer_unknown"],
    ["the name of a method as the signer", { signer: "constructor" }, "issuer_unknown"],
  ])("%s is refused", async (_what, header, code) => {
    const made = world()
    expect(await made.outcome({ [dataHeader]: dataToken({ header }) })).toBe(`TokenRefused ${code}`)
    expect(made.asked).toEqual([])
  })

  it.each([
    ["is a list", `[${json}]`, "header_invalid"],
    ["is a text", '"x"', "header_invalid"],
    ["is null", "null", "header_invalid"],
    ["is no JSON", `${json}}`, "header_invalid"],
    ["names a member twice", `{"signer":"${signer}",${json.slice(1)}`, "header_invalid"],
    ["names a member twice, once escaped", `{"sign\\u0065r":"${signer}",${json.slice(1)}`, "header_invalid"],
    [
      "has its signer in __proto__",
      `{"__proto__":{"signer":"${signer}"},"alg":"ES256","kid":"${kid}"}`,
      "issuer_unknown",
    ],
  ])("a header that %s is refused", async (_what, header, code) => {
    const made = world()
    expect(await made.outcome({ [dataHeader]: dataToken({ header }) })).toBe(`TokenRefused ${code}`)
    expect(made.asked).toEqual([])
  })

  it("a polluted prototype adds nothing", async () => {
    const polluted = Object.prototype as { [name: string]: unknown }
    try {
      polluted.signer = signer
      polluted.headers = { [dataHeader]: dataToken() }
      expect(await world().outcome({ [dataHeader]: dataToken({ header: { signer: undefined } }) })).toMatch(
        /issuer_unknown$/,
      )
      expect(await world().outcome({})).toMatch(/credential_missing$/)
    } finally {
      delete polluted.signer
      delete polluted.headers
    }
  })

  it.each([
    ["DER", sign("sha256", Buffer.from(`${head}.${payload}`), privateKey)],
    ["zeros", Buffer.alloc(64)],
    ["63 bytes", Buffer.alloc(63, 1)],
    ["65 bytes", Buffer.alloc(65, 1)],
    [
      "R and S of the curve's order",
      Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551".repeat(2), "hex"),
    ],
    [
      "the text without its padding",
      sign("sha256", Buffer.from(`${bare(head)}.${bare(payload)}`), { key: privateKey, dsaEncoding: "ieee-p1363" }),
    ],
  ])("a signature of %s does not verify", async (_what, octets) => {
    const text = `${head}.${payload}.${padded(octets)}`
    expect(await world().outcome({ [dataHeader]: text })).toMatch(
      /^TokenRefused (?:signature_invalid|token_malformed)$/,
    )
  })

  it("a load balancer of an attacker, with a good key of AWS, is refused although its signature is good", async () => {
    const made = world()
    const mine = testKey("p256", "attacker")
    made.answer = async () => ({ status: 200, headers: {}, body: pem(mine.publicKey) })
    const theirs = signer.replace("123456789012", "666666666666")
    const forged = dataToken({ header: { signer: theirs, kid: inventedKid(1) }, key: mine.privateKey })
    expect(await made.outcome({ [dataHeader]: forged })).toBe("TokenRefused issuer_unknown")
    expect(made.asked).toEqual([])
  })

  it("no message holds a value of the token", async () => {
    const changes = [
      { header: { signer: "canary" } },
      { header: { client: ["canary"] } },
      { claims: { sub: ["canary"] } },
    ]
    for (const change of changes) {
      const { verifier } = world({ client: "x" })
      const error: unknown = await verifier.verify({ [dataHeader]: dataToken(change) }).catch((thrown) => thrown)
      expect(`${error} ${JSON.stringify(error)} ${(error as Error).stack}`).not.toContain("canary")
      expect(goodClaims).not.toHaveProperty("canary")
    }
  })
})

describe("18: hostile events of CloudFront", () => {
  const { handler } = createCloudFrontAuthorizer(config, { clock })
  const good = {
    ...{ clientIp: "203.0.113.178", method: "GET", uri: "/orders/7", querystring: "" },
    headers: { authorization: [{ key: "Authorization", value: bearer("reader") }] } as { [name: string]: unknown },
  }
  const event = (request: unknown, eventType: unknown = "viewer-request", others: object = {}): unknown => ({
    Records: [{ cf: { config: { eventType }, request, ...others } }],
  })
  const outcome = async (given: unknown): Promise<string> =>
    await handler(given).then(
      ({ status }) => String(status ?? "allowed"),
      ({ name, code }) => `${name} ${code}`,
    )

  it("are tried on a good one", async () => {
    expect(await outcome(event(good))).toBe("allowed")
    expect(await outcome(event(good, "origin-request"))).toBe("allowed")
  })

  it.each<readonly [string, unknown]>([
    ...noRequests.map(([what, received]) => [what, event(received)] as const),
    ...noRequests.map(([what, received]) => [`no event: ${what}`, received] as const),
    ["a viewer response", event(good, "viewer-response", { response: { status: "200", headers: {} } })],
    ["an origin response", event(good, "origin-response", { response: { status: "200", headers: {} } })],
    ["a request with a response", event(good, "viewer-request", { response: { status: "200", headers: {} } })],
    ["no type", event(good, null)],
    ["another type", event(good, "viewer-request ")],
    ["a list as the type", event(good, ["viewer-request"])],
    ["no records", { Records: [] }],
    ["two records", { Records: [{ cf: { config: { eventType: "viewer-request" }, request: good } }, {}] }],
    [
      "records that are no list",
      { Records: { 0: { cf: { config: { eventType: "viewer-request" }, request: good } }, length: 1 } },
    ],
    ["inherited records", Object.create(event(good) as object)],
    ["an inherited request", event(Object.create(good))],
    [
      "an inherited configuration",
      { Records: [{ cf: { config: Object.create({ eventType: "viewer-request" }), request: good } }] },
    ],
    ["no headers", event({ ...good, headers: undefined })],
    ["headers as texts", event({ ...good, headers: { authorization: bearer("reader") } })],
    ["headers as a list", event({ ...good, headers: [["authorization", bearer("reader")]] })],
    ["a header without a value", event({ ...good, headers: { ...good.headers, a: [{ key: "A" }] } })],
    [
      "a header with a list as its value",
      event({ ...good, headers: { authorization: [{ value: [bearer("reader")] }] } }),
    ],
    [
      "a header of another name",
      event({ ...good, headers: { authorization: [{ key: "X-Other", value: bearer("reader") }] } }),
    ],
    [
      "a header in capitals",
      event({ ...good, headers: { Authorization: [{ key: "Authorization", value: bearer("reader") }] } }),
    ],
    ["a method that is no text", event({ ...good, method: ["GET"] })],
    ["a path that is no text", event({ ...good, uri: { toString: () => "/orders/7" } })],
    ["no query string", event({ ...good, querystring: undefined })],
    ["a query string that is an object", event({ ...good, querystring: {} })],
    ["no address", event({ ...good, clientIp: undefined })],
    ["a proxy whose traps throw", throwing],
    ["a request that is such a proxy", event(throwing)],
    ["an event of API Gateway", { type: "REQUEST", methodArn: "arn:aws:execute-api:a:1:b/c/GET/", headers: {} }],
  ])("%s is no event of a request, and no allow", async (_what, given) => {
    expect(await outcome(given)).toBe("Unavailable event_unknown")
  })

  it.each([
    ["an identity header", { "x-hallpass-sub": [{ key: "X-Hallpass-Sub", value: "eve" }] }, "403"],
    ["an identity header that is not set", { "x-hallpass-other": [{ key: "X-Hallpass-Other", value: "eve" }] }, "403"],
    ["an identity header by _", { x_hallpass_sub: [{ key: "X_Hallpass_Sub", value: "eve" }] }, "403"],
    ["an identity header by .", { "x.hallpass.sub": [{ key: "X.Hallpass.Sub", value: "eve" }] }, "403"],
    ["an empty identity header", { "x-hallpass-sub": [{ key: "X-Hallpass-Sub", value: "" }] }, "403"],
    ["two credentials", { authorization: [{ value: bearer("reader") }, { value: bearer("reader") }] }, "401"],
    ["a line break in the credential", { authorization: [{ value: `${bearer("reader")}\r\nx: y` }] }, "401"],
    ["a very long credential", { authorization: [{ value: `Bearer ${"a".repeat(1_000_000)}` }] }, "401"],
    ["a blank before the name of an identity header", { " x-hallpass-sub": [{ value: "eve" }] }, "403"],
    ["another hyphen in the name of an identity header", { "x\u2010hallpass-sub": [{ value: "eve" }] }, "403"],
    ["a header without a name", { "": [{ value: "" }] }, "403"],
    ["two hosts", { host: [{ value: "a" }, { value: "b" }] }, "403"],
    ["129 headers", Object.fromEntries(Array.from({ length: 129 }, (_, at) => [`x-${at}`, [{ value: "" }]])), "403"],
  ])("a request with %s is refused", async (_what, headers, status) => {
    expect(await outcome(event({ ...good, headers: { ...good.headers, ...headers } }))).toBe(status)
  })

  it("a header named __proto__ changes nothing", async () => {
    const headers = JSON.parse('{"__proto__":[{"key":"__proto__","value":"x"}]}')
    const given = event({ ...good, headers: { ...headers, ...good.headers } }) as never
    const allowed = await handler(given)
    expect(Object.getPrototypeOf(allowed.headers)).toBe(Object.prototype)
  })
})

describe("18: hostile requests of VPC Lattice", () => {
  const account = "123456789012"
  const service = `arn:aws:vpc-lattice:us-east-2:${account}:service/svc-0a40eebed65f8d69c`
  const principal = `arn:aws:sts::${account}:assumed-role/orders/session`
  const identity = `Principal=${principal};SessionName=session;Type=AWS_IAM`
  const target = `ServiceArn=${service}`
  const verifier = createLatticeVerifier({ services: [service], roles: [`arn:aws:iam::${account}:role/orders`] })
  const outcome = (received: unknown): Promise<string> =>
    verifier.verify(received as ReceivedRequest).then(
      () => "ok",
      ({ name, code }) => `${name} ${code}`,
    )
  const headers = (changes: object): object => ({
    ...{ "x-amzn-lattice-identity": identity, "x-amzn-lattice-target": target },
    ...changes,
  })

  it("are tried on a good one", async () => expect(await outcome(headers({}))).toBe("ok"))

  it.each(noRequests)("%s prove nothing", async (_what, received) => {
    expect(await outcome(received)).toBe("TokenRefused edge_evidence_missing")
  })

  it.each([
    ["a field twice", `${identity};Principal=${principal}`, "duplicate"],
    ["a field twice in other capitals", `${identity};principal=${principal}`, "duplicate"],
    ["an empty field twice", `${identity};PrincipalOrgID=;PrincipalOrgID=o-a1b2c3d4e5`, "duplicate"],
    ["a certificate that brings a principal", `X509Subject/CN=a;${identity};Principal=x`, "duplicate"],
    [
      "a certificate that brings an organization",
      `${identity};X509Subject/CN=a;PrincipalOrgID=o-a1b2c3d4e5`,
      "malformed",
    ],
    ["a certificate that brings a session", `Principal=${principal};X509SAN/URI=a;SessionName=b`, "malformed"],
    ["an escaped semicolon", `X509Subject/CN=a\\;Principal=${principal};Type=AWS_IAM`, "malformed"],
    ["a backslash", `${identity};X509Subject/CN=a\\`, "malformed"],
    ["a field without =", `${identity};x`, "malformed"],
    ["a field without a name", `${identity};=x`, "malformed"],
    ["an empty field in the middle", `Principal=${principal};;Type=AWS_IAM`, "malformed"],
    ["a blank in front of =", `Principal =${principal}`, "malformed"],
    ["a blank after =", `Principal= ${principal}`, "malformed"],
    ["a prototype name", "__proto__=x", "malformed"],
    ["another type", identity.replace("AWS_IAM", "NONE"), "malformed"],
    ["a line break", `${identity}\r\nx: y`, "control"],
    ["a letter outside ASCII", `${identity};X509Subject/CN=é`, "characters"],
    ["more fields than are read", Array.from({ length: 200 }, (_, at) => `f${at}=`).join(";"), "malformed"],
    ["a megabyte", "a".repeat(1_000_000), "too_long"],
    ["two values joined", `${identity},${identity}`, "duplicate"],
  ])("an identity with %s is refused", async (_what, text, code) => {
    const found = await outcome(headers({ "x-amzn-lattice-identity": text }))
    expect(found).toBe(`TokenRefused edge_header_${code}`)
  })

  it.each([
    ["twice", { "x-amzn-lattice-identity": [identity, identity] }, "duplicate"],
    ["in other capitals as well", { "X-Amzn-Lattice-Identity": identity }, "duplicate"],
    ["as an alias by _", { x_amzn_lattice_identity: identity }, "alias"],
    ["as an alias by .", { "x.amzn.lattice.target": target }, "alias"],
    ["named by Connection", { connection: "x-amzn-lattice-target" }, "connection"],
    ["as a list in a list", { "x-amzn-lattice-target": [[target]] }, "malformed"],
  ])("a header %s is refused", async (_what, changes, code) => {
    expect(await outcome(headers(changes))).toBe(`TokenRefused edge_header_${code}`)
  })

  const context = { serviceArn: service, identity: { type: "AWS_IAM", principal } }
  const event = (changes: object): object => ({ version: "2.0", requestContext: { ...context, ...changes } })

  it.each([
    ["an identity that is a list", event({ identity: [principal] }), "edge_header_malformed"],
    ["an identity that is a text", event({ identity: principal }), "edge_header_malformed"],
    ["no identity", event({ identity: undefined }), "edge_evidence_missing"],
    [
      "a principal that is a list",
      event({ identity: { type: "AWS_IAM", principal: [principal] } }),
      "edge_header_malformed",
    ],
    [
      "a principal in two spellings",
      event({ identity: { ...context.identity, Principal: "x" } }),
      "edge_header_duplicate",
    ],
    [
      "a principal with a line break",
      event({ identity: { type: "AWS_IAM", principal: `${principal}\n` } }),
      "edge_header_malformed",
    ],
    ["an inherited identity", event({ identity: Object.create(context.identity) }), "edge_evidence_missing"],
    ["a service that is a list", event({ serviceArn: [service] }), "edge_header_malformed"],
    ["no service", event({ serviceArn: undefined }), "edge_evidence_missing"],
    ["another version", { ...event({}), version: "1.0" }, "edge_evidence_missing"],
    ["no version", { requestContext: context }, "edge_evidence_missing"],
    ["a context that is a text", { version: "2.0", requestContext: service }, "edge_evidence_missing"],
    ["a context that is null, with headers", { requestContext: null, ...headers({}) }, "edge_evidence_missing"],
    [
      "a session of a role with a slash",
      event({ identity: { type: "AWS_IAM", principal: `${principal}/x` } }),
      "claim_required",
    ],
    [
      "a user of the role's name",
      event({
        identity: { type: "AWS_IAM", principal: principal.replace("assumed-role/orders/session", "user/orders") },
      }),
      "claim_required",
    ],
  ])("an event with %s is refused", async (_what, given, code) => {
    expect(await outcome(given)).toBe(`TokenRefused ${code}`)
  })
})
