import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { signEdgeRequest } from "../../src/edge.ts"
import { type AuthorizerConfig, createAuthorizer } from "../../src/index.ts"
import { nginx } from "../support/tools.ts"
import { apiKinds, domainName, type Gateway, type GatewayAnswer, type GatewayAnswers, startGateway } from "./gateway.ts"
import { type ClientCertificate, type NginxEdge, sendPast, sendThrough, startNginx } from "./nginx/edge.ts"

const variable = "HALLPASS_TEST_EDGE_KEYS"
const keyHex = "e270f4e63ef29495044fae84349f1b94e925c12365f8bb70db0ee3ef71df56f1"
const config: AuthorizerConfig = {
  issuers: [],
  routes: { "ANY /{proxy+}": { groups: ["ops"] } },
  gateway: { resultTtlSeconds: 0 },
  edge: {
    role: "identity",
    headers: { user: "x-edge-user", groups: { name: "x-edge-groups", format: "csv", optional: true } },
    // The longest window: nginx signs by the real clock, and the machine may be busy.
    evidence: [{ hmac: { header: "x-edge-signature", keys: { env: variable }, windowSeconds: 300 } }],
  },
}
const answersOf = ({ status, body }: { status: number; body: string }): GatewayAnswers => {
  expect(status, body).toBe(200)
  return JSON.parse(body) as GatewayAnswers
}
const get = "GET /prod/orders/7 HTTP/1.1"

/** Payload 2.0 hands lists on as they are, REST APIs as base64url of their JSON. */
function groupsOf({ context }: GatewayAnswer): unknown {
  const groups = context?.groups
  return typeof groups === "string" ? JSON.parse(Buffer.from(groups, "base64url").toString()) : groups
}

/** The names that could be taken for protected ones, with their values, as they arrived behind nginx. */
const arrived = (gateway: Gateway): string[] =>
  gateway
    .lastHeaders()
    .map(([name, value]) => [name.trim().toLowerCase().replaceAll(/[_.]/g, "-"), value] as const)
    .filter(([name]) => /^(?:x-edge-|x-origin-)/.test(name))
    .map(([name, value]) => `${name}: ${name === "x-edge-signature" ? value.replace(/ts=.*/, "…") : value}`)
    .sort()

describe.runIf(nginx.isThere)("nginx as the edge", () => {
  let gateway: Gateway
  let edge: NginxEdge
  let alice: ClientCertificate
  beforeAll(async () => {
    process.env[variable] = JSON.stringify({ k1: keyHex })
    gateway = await startGateway(createAuthorizer(config))
    edge = await startNginx({
      gatewayPort: gateway.port,
      keyId: "k1",
      keyHex,
      groups: 'alice "ops,orders-admin";\nbob "sales";\n',
    })
    alice = edge.client("/O=Example/CN=alice")
  })
  afterAll(async () => {
    await edge?.stop()
    await gateway?.close()
    delete process.env[variable]
  })

  const through = async (first: string, headers: readonly string[] = [], client = alice): Promise<GatewayAnswers> =>
    answersOf(await sendThrough(edge, client, [first, "Host: orders.example.com", "Connection: close", ...headers]))
  const past = async (headers: readonly string[], first = get): Promise<GatewayAnswers> =>
    answersOf(await sendPast(gateway.port, [first, `Host: ${domainName}`, "Connection: close", ...headers]))

  function expectAlice(answers: GatewayAnswers): void {
    for (const kind of apiKinds) {
      expect(answers[kind], kind).toMatchObject({ status: 200, reason: "ok", context: { user: "alice" } })
      expect(answers[kind].principalId).toContain("alice")
      expect(groupsOf(answers[kind])).toEqual(["ops", "orders-admin"])
    }
  }
  function expectRefused(answers: GatewayAnswers, reason: string | RegExp): void {
    for (const kind of apiKinds) {
      expect(answers[kind].reason, kind).toMatch(reason)
      expect(answers[kind], kind).toMatchObject({ status: 401 })
      expect(JSON.stringify(answers[kind]), kind).not.toMatch(/alice|eve/)
    }
  }

  describe("in front of the authorizer", () => {
    it("SR-130: proves the user of a client certificate and the groups", async () => {
      expectAlice(await through(get))
      expect(arrived(gateway)).toEqual([
        "x-edge-groups: ops,orders-admin",
        "x-edge-signature: v=1; kid=k1; …",
        "x-edge-user: alice",
      ])
    })

    it.each([
      "GET /prod/orders/7?limit=10&user=eve HTTP/1.1",
      "POST /prod/orders HTTP/1.1",
      "DELETE /prod/a%20b/%C3%A9/%2f/c%2Bd HTTP/1.1",
      "GET /prod//orders/./7/../8 HTTP/1.1",
      "GET /prod/a;b=c/[d]/$e/{f}|g HTTP/1.1",
      "GET https://orders.example.com/prod/orders/7 HTTP/1.1",
    ])("signs what the gateway sees of %s", async (first) => expectAlice(await through(first)))

    it("sends no groups for a user without, and the authorizer refuses what needs one", async () => {
      const answers = await through(get, [], edge.client("/CN=carol"))
      for (const kind of apiKinds) expect(answers[kind]).toMatchObject({ status: 403, reason: "group_missing" })
      expect(arrived(gateway)).toEqual(["x-edge-signature: v=1; kid=k1; …", "x-edge-user: carol"])
    })

    it("a user of another group is known and not entitled", async () => {
      const answers = await through(get, ["X-Edge-Groups: ops"], edge.client("/CN=bob"))
      for (const kind of apiKinds) expect(answers[kind]).toMatchObject({ status: 403, reason: "group_missing" })
    })

    it.each([
      ["the user", ["X-Edge-User: eve"]],
      ["the user twice, in two spellings", ["X-Edge-User: eve", "x-EDGE-user: mallory"]],
      ["aliases of the user", ["x_edge_user: eve", "X.Edge.User: eve", "x-edge_user: eve"]],
      ["groups and aliases of them", ["X-Edge-Groups: admins", "X_Edge_Groups: admins", "x.edge-groups: admins"]],
      ["a signature", ["X-Edge-Signature: v=1; kid=k1; ts=1; sig=AAAA", "X_Edge_Signature: v=1"]],
      ["a minted token and a shared secret", ["X-Edge-Identity: a.b.c", "X-Origin-Verify: guess"]],
      ["a Connection header that names them", ["Connection: X-Edge-User, x-edge-groups, X-Edge-Signature"]],
      ["control characters", ["X-Edge-User: e\u0001v\u007fe", "X-Edge-Groups: a\tb\u000bc\u001b"]],
      ["octets above ASCII", ["X-Edge-User: \u00e9v\u00ff\u0080"]],
      ["empty ones", ["X-Edge-User:", "X-Edge-Groups: ", "X-Edge-Signature:\t"]],
      ["what other systems believe", ["X-Forwarded-User: eve", "X-Original-URL: /prod/admin", "X-Forwarded-Host: e"]],
      ["a continued line", ["X-Other: a", " X-Edge-User: eve"]],
    ])("SR-122, SR-123, SR-126: lets nothing through of a client's %s", async (_name, headers) => {
      const answer = await sendThrough(edge, alice, [get, "Host: orders.example.com", "Connection: close", ...headers])
      if (answer.status !== 400) expectAlice(answersOf(answer))
      expect(arrived(gateway)).toEqual([
        "x-edge-groups: ops,orders-admin",
        "x-edge-signature: v=1; kid=k1; …",
        "x-edge-user: alice",
      ])
    })

    it.each(["close, X-Edge-User", "X-Edge-Signature, close", "x-edge-groups, X-Edge-User, close"])(
      "SR-126: the header %j stays here",
      async (connection) => {
        const lines = [get, "Host: orders.example.com", `Connection: ${connection}`]
        expectAlice(answersOf(await sendThrough(edge, alice, lines)))
        const sentOn = gateway.lastHeaders().filter(([name]) => name.toLowerCase() === "connection")
        expect(sentOn.filter(([, value]) => /edge/i.test(value))).toEqual([])
      },
    )

    const nobody: readonly [name: string, subject: string | undefined, status: number, authority?: "other"][] = [
      ["no certificate", undefined, 400],
      ["a certificate of another authority", "/CN=alice", 400, "other"],
      ["no common name", "/O=Example", 403],
      ["two common names", "/CN=alice/CN=eve", 403],
      ["a common name inside of another value", "/O=x,CN=alice", 403],
      ["a common name inside of another, beside its own", "/O=x,CN=alice/CN=eve", 403],
      ["values joined by a plus", "/CN=alice+O=x", 403],
      ["a blank in the common name", "/CN=alice x", 403],
      ["a comma in the common name", "/CN=alice,x", 403],
      ["a character beyond ASCII", "/CN=älice", 403],
      ["a quote", '/CN=alice"', 403],
    ]
    it.each(nobody)("with %s, there is no user and nothing is sent on", async (_name, subject, status, authority) => {
      await through(get)
      const before = gateway.lastHeaders()
      const client = subject === undefined ? undefined : edge.client(subject, authority)
      const answer = await sendThrough(edge, client, [get, "Host: orders.example.com", "Connection: close"])
      expect(answer.status).toBe(status)
      expect(gateway.lastHeaders()).toBe(before)
    })

    it("has written nothing into its error log that came with a request", () => {
      expect(edge.errorLog()).not.toMatch(/eve|mallory|emerg|edge-v1/)
    })
  })

  describe("passed by", () => {
    const identity = ["X-Edge-User: alice", "X-Edge-Groups: ops,orders-admin"]
    const signature = (changes: Partial<Parameters<typeof signEdgeRequest>[0]> = {}): string =>
      `X-Edge-Signature: ${signEdgeRequest({
        keyId: "k1",
        key: Buffer.from(keyHex, "hex"),
        unixSeconds: Math.floor(Date.now() / 1000),
        method: "GET",
        host: domainName,
        path: "/prod/orders/7",
        headers: { "x-edge-user": "alice", "x-edge-groups": "ops,orders-admin" },
        ...changes,
      })}`
    const signed = [...identity, signature()]

    it.each([
      ["identity headers", identity],
      ["nothing at all", []],
      ["an empty signature", [...identity, "X-Edge-Signature:"]],
    ])("SR-120, SR-121: %s without evidence are refused", async (_name, headers) => {
      expectRefused(await past(headers), /^edge_evidence_missing$/)
    })

    it("SR-130: a signed request that was recorded proves what it says, and no more", async () => {
      await through(get)
      const recorded = gateway.lastHeaders().filter(([name]) => /^x-edge-/i.test(name))
      const lines = recorded.map(([name, value]) => `${name}: ${value}`)
      expectAlice(await past(lines))
      expectRefused(await past(lines, "POST /prod/orders/7 HTTP/1.1"), /^edge_signature_invalid$/)
      expectRefused(await past(lines, "GET /prod/orders/8 HTTP/1.1"), /^edge_signature_invalid$/)
      expectRefused(await past(lines, "GET /test/orders/7 HTTP/1.1"), /^edge_signature_invalid$/)
      for (const [index] of lines.entries()) {
        const without = lines.toSpliced(index, 1)
        expectRefused(await past(without), /^edge_(?:evidence_missing|signature_invalid|header_missing)$/)
      }
    })

    it.each([
      ["another user", [...signed, "X-Edge-User: eve"].slice(1), /^edge_signature_invalid$/],
      ["other groups", [identity[0], "X-Edge-Groups: ops", signed[2]], /^edge_signature_invalid$/],
      ["a signature of another host", [...identity, signature({ host: "x.example.com" })], /^edge_signature_invalid$/],
      ["another key", [...identity, signature({ key: Buffer.alloc(32, 7) })], /^edge_signature_invalid$/],
      ["a key id that nobody has", [...identity, signature({ keyId: "k2" })], /^edge_key_unknown$/],
      ["a signature of yesterday", [...identity, signature({ unixSeconds: 1_767_225_600 })], /^edge_signature_stale$/],
      ["a signature of the future", [...identity, signature({ unixSeconds: 4_000_000_000 })], /^edge_signature_stale$/],
      ["an unknown version", [...identity, signature().replace("v=1", "v=2")], /^edge_signature_malformed$/],
      ["the user twice", [...signed, "X-Edge-User: alice"], /^edge_header_(?:duplicate|joined)$/],
      [
        "the user twice, in two spellings",
        [...signed, "x-edge-user: eve"],
        /^edge_header_(?:spelling|duplicate|joined)$/,
      ],
      ["the signature twice", [...signed, signature()], /^edge_header_(?:duplicate|joined)$/],
      ["the groups twice", [...signed, "X-Edge-Groups: x"], /^edge_(?:header_duplicate|signature_invalid)$/],
      ["an alias with underscores", [...signed, "x_edge_user: eve"], /^edge_header_alias$/],
      ["an alias with dots", [...signed, "X.Edge.Groups: eve"], /^edge_header_alias$/],
      ["a Connection header that names one", [...signed, "Connection: X-Edge-Groups"], /^edge_header_connection$/],
      ["a control character", [...signed.slice(1), "X-Edge-User: al\u0001ice"], /^edge_header_control$/],
      ["an escape", [...signed.slice(1), "X-Edge-User: al\u001bice"], /^edge_header_control$/],
      ["a DEL", [...signed.slice(1), "X-Edge-User: al\u007fice"], /^edge_header_control$/],
      ["octets above ASCII", [...signed.slice(1), "X-Edge-User: \u00c3\u00a9"], /^edge_header_characters$/],
      ["an empty user", [...signed.slice(1), "X-Edge-User:"], /^edge_(?:header_empty|signature_invalid)$/],
    ] as [string, string[], RegExp][])("SR-121 … SR-130: %s is refused", async (_name, headers, reason) => {
      expectRefused(await past(headers), reason)
    })

    it("SR-128: the host comes from the gateway, whatever the request says", async () => {
      const lines = [get, "Host: evil.example.com", "X-Forwarded-Host: evil.example.com", "Connection: close"]
      expectAlice(answersOf(await sendPast(gateway.port, [...lines, ...signed])))
    })
  })
})
