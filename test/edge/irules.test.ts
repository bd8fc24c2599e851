import { createPublicKey, generateKeyPairSync } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { decodeApmList } from "../../src/edge/values/apm-list.ts"
import { edgeV1Text, signEdgeRequest } from "../../src/edge.ts"
import type { IssuerConfig } from "../../src/index.ts"
import { createVerifier } from "../../src/verify.ts"
import { tcl } from "../support/tools.ts"
import {
  type ClientRequest,
  type Device,
  deviceSeconds,
  type HeaderLine,
  type RuleOutcome,
  runRule,
} from "./tcl/device.ts"

const keyHex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
const otherKeyHex = "f".repeat(64)
const keys = "/Common/edge_hmac_keys"
const signing: Device = { dataGroups: { [keys]: { current: "k1", k1: keyHex } } }
const user = "session.logon.last.username"
const memberOf = "session.ad.last.attr.memberOf"
const alice = { [user]: "alice" }
const host: HeaderLine = ["Host", "api.example.com"]

/** Names that an authorizer could take for a protected one (SR-122), and the value of the first such header. */
const fold = (name: string): string => name.trim().toLowerCase().replaceAll(/[_.]/g, "-")
const valuesOf = ({ headers }: RuleOutcome, name: string): string[] =>
  headers.filter(([other]) => fold(other) === name).map(([, value]) => value)
const one = (outcomes: readonly RuleOutcome[]): RuleOutcome => {
  expect(outcomes).toHaveLength(1)
  return outcomes[0] as RuleOutcome
}
const sign = async (request: ClientRequest, device: Device = signing): Promise<RuleOutcome> =>
  one(await runRule("sign-edge-v1.tcl", device, [request]))

/** What the verifier's own code signs for a request that the rule let through: both must be the same, byte for byte. */
function expectSigned(
  outcome: RuleOutcome,
  expected: { [header: string]: string },
  { method = "GET", signedHost = "api.example.com", path = "/orders/7", keyId = "k1", hex = keyHex } = {},
): void {
  expect(outcome).not.toHaveProperty("responded")
  expect(outcome).not.toHaveProperty("error")
  const text = { keyId, unixSeconds: deviceSeconds, method, host: signedHost, path, headers: expected }
  expect(outcome.signed).toEqual([edgeV1Text(text)])
  expect(valuesOf(outcome, "x-edge-signature")).toEqual([signEdgeRequest({ ...text, key: Buffer.from(hex, "hex") })])
  for (const [name, value] of Object.entries(expected)) {
    expect(valuesOf(outcome, name), name).toEqual(value === "" ? [] : [value])
  }
}

/** The rule answered by itself, signed nothing, and its log tells nothing that came with the request. */
function expectRefused(outcome: RuleOutcome, status: number, secrets: readonly string[] = []): void {
  expect(outcome.responded).toBe(status)
  expect(outcome.signed).toEqual([])
  expect(outcome.payloads).toEqual([])
  expect(valuesOf(outcome, "x-edge-signature")).toEqual([])
  expect(valuesOf(outcome, "x-edge-identity")).toEqual([])
  expect(outcome.log).toHaveLength(1)
  for (const secret of secrets) expect(outcome.log.join()).not.toContain(secret)
}

describe("the iRules as texts", () => {
  const rules = ["sign-edge-v1.tcl", "mint-jws.tcl"].map((name) => ({
    name,
    text: readFileSync(resolve(import.meta.dirname, "../../examples/f5", name), "utf8"),
  }))

  it.each(rules)("$name uses no syntax that the Tcl of BIG-IP (8.4) does not have", ({ text }) => {
    expect(text).not.toMatch(/\{\*\}/)
    expect(text).not.toMatch(/\b(?:in|ni)\b\s+[$[{].*\}\s*\{$/m)
    expect(text).not.toMatch(/\*\*/)
  })

  it.each(rules)("$name never inserts, and evaluates no value", ({ text }) => {
    expect(text).toContain("HTTP::header replace")
    expect(text).not.toMatch(/HTTP::header insert/)
    expect(text).not.toMatch(/\b(?:eval|subst|uplevel|exec)\b/)
    expect([...text.matchAll(/\bexpr\s+(?!\{)/g)]).toEqual([])
  })

  it("the two rules can be on one device: neither uses a variable or procedure of the other", () => {
    const names = ({ text }: { text: string }): string[] => [
      ...new Set([...text.matchAll(/static::(\w+)|^proc (\w+)/gm)].map(([, variable, name]) => variable ?? name ?? "")),
    ]
    const [first = [], second = []] = rules.map(names)
    expect(first.length).toBeGreaterThan(5)
    expect(second.length).toBeGreaterThan(5)
    expect(first.filter((name) => second.includes(name))).toEqual([])
  })
})

describe.runIf(tcl.isThere)("SR-130: sign-edge-v1.tcl and the verifier", () => {
  it("agree on user and groups", async () => {
    const groups = "| CN=Ops,OU=G,DC=corp,DC=example | 0x436f6d707465735fc3a964697465757273 |"
    const outcome = await sign({ session: { ...alice, [memberOf]: groups } })
    expectSigned(outcome, { "x-edge-user": "alice", "x-edge-groups": groups })
  })

  it("agree on the published vector", async () => {
    const groups = "| CN=Ops,OU=G,DC=corp,DC=example | 0x436f6d707465735fc3a964697465757273 |"
    const outcome = await sign({ session: { ...alice, [memberOf]: groups }, path: "/orders?limit=10" })
    expect(valuesOf(outcome, "x-edge-signature")).toEqual([
      "v=1; kid=k1; ts=1767225600; sig=iQYHtzc9BrtK3XjlMrebWlc+1cuP8oYPbXvq5Bx+eGk=",
    ])
  })

  it.each([
    ["a bar", "a|b"],
    ["an escaped bar", "| CN=a\\|b | CN=c |"],
    ["a Tcl command", "[exit 3]"],
    ["a Tcl variable", "$static::edge_v1_keys ${static::edge_v1_keys}"],
    ["backslashes", "CN=Dev\\, East,OU=G\\2C\\\\x\\n\\u0041"],
    ["braces", "{a} } {"],
    ["one open brace", "{"],
    ["quotes", "\"a\" 'b' `c`"],
    ["a semicolon and a hash", "a; # log local0. x"],
    ["an option", "-all"],
    ["two dashes", "--"],
    ["a number that Tcl could rewrite", "0x10"],
    ["an octal number", "010"],
    ["a truth value", "yes"],
    ["percent", "100%s %41"],
    ["a list that Tcl could rewrite", "a  {b c}  d"],
    ["colons", "x-edge-user:eve"],
    ["every printable character", String.fromCharCode(...Array.from({ length: 95 }, (_, index) => index + 32)).trim()],
    ["8,000 characters", "| CN=Ops,OU=G,DC=corp,DC=example ".repeat(240).concat("|")],
  ])("agree on a value with %s", async (_name, value) => {
    const outcome = await sign({ session: { ...alice, [memberOf]: value } })
    expectSigned(outcome, { "x-edge-user": "alice", "x-edge-groups": value })
    const asUser = await sign({ session: { [user]: value } })
    expectSigned(asUser, { "x-edge-user": value, "x-edge-groups": "" })
  })

  it("agree on blanks at the ends, which are not sent", async () => {
    expectSigned(await sign({ session: { [user]: "  alice " } }), { "x-edge-user": "alice", "x-edge-groups": "" })
  })

  it.each([undefined, "", "   "])("sign groups that are %j as absent and do not send them", async (value) => {
    const session = value === undefined ? alice : { ...alice, [memberOf]: value }
    expectSigned(await sign({ session }), { "x-edge-user": "alice", "x-edge-groups": "" })
  })

  it.each([
    ["POST", "/prod/orders", "api.example.com", "api.example.com"],
    ["get", "/", "API.Example.COM", "api.example.com"],
    ["DELETE", "/a%20b/%C3%A9/%2f", "api.example.com:443", "api.example.com"],
    ["PATCH", "/[exit]/$x/{a;b}", "api.example.com", "api.example.com"],
    ["OPTIONS", "//..//x", "api.example.com:", "api.example.com"],
  ])("agree on %s %s at %s", async (method, path, sent, signedHost) => {
    const outcome = await sign({ method, path, headers: [["Host", sent]], session: alice })
    expectSigned(outcome, { "x-edge-user": "alice", "x-edge-groups": "" }, { method, path, signedHost })
  })

  it("agree after the host has been rewritten", async () => {
    const variables = { edge_v1_host: "abc123.execute-api.eu-west-1.amazonaws.com" }
    const outcome = await sign({ headers: [["Host", "portal.example.com"]], session: alice }, { ...signing, variables })
    const signedHost = variables.edge_v1_host
    expect(valuesOf(outcome, "host")).toEqual([signedHost])
    expectSigned(outcome, { "x-edge-user": "alice", "x-edge-groups": "" }, { signedHost })
  })

  it("agree on the order of names, in which a name comes before a longer one that begins alike", async () => {
    const variables = {
      edge_v1_headers: `x-edge-user ${user} text required  x-edge session.b text optional
        x-edge-user-name session.c base64url optional  x-edge-a session.d text optional`,
    }
    const outcome = await sign(
      { session: { ...alice, "session.b": "b", "session.c": "Ålice, “Al”\r\n😀", "session.d": "d" } },
      { ...signing, variables },
    )
    expectSigned(outcome, {
      "x-edge-user": "alice",
      "x-edge": "b",
      "x-edge-user-name": Buffer.from("Ålice, “Al”\r\n😀").toString("base64url"),
      "x-edge-a": "d",
    })
  })

  it("agree after a rotation, which is an edit of the data group only", async () => {
    const rotated: Device = { dataGroups: { [keys]: { current: "k2", k1: keyHex, k2: otherKeyHex } } }
    const expected = { "x-edge-user": "alice", "x-edge-groups": "" }
    expectSigned(await sign({ session: alice }, rotated), expected, { keyId: "k2", hex: otherKeyHex })
  })

  it("agree on every request of a connection: nothing of one is left for the next", async () => {
    const groups = "| CN=Ops |"
    const [first, second, third] = (await runRule("sign-edge-v1.tcl", signing, [
      { session: { ...alice, [memberOf]: groups } },
      { session: { [user]: "bob" } },
      { session: { [memberOf]: groups } },
    ])) as [RuleOutcome, RuleOutcome, RuleOutcome]
    expectSigned(first, { "x-edge-user": "alice", "x-edge-groups": groups })
    expectSigned(second, { "x-edge-user": "bob", "x-edge-groups": "" })
    expectRefused(third, 403)
  })
})

describe.runIf(tcl.isThere)("sign-edge-v1.tcl refuses", () => {
  it.each([
    ["no user", {}],
    ["an empty user", { [user]: "" }],
    ["a blank user", { [user]: "  " }],
    ["groups without a user", { [memberOf]: "| CN=Ops |" }],
  ])("SR-125: %s", async (_name, session) => expectRefused(await sign({ session }), 403, ["CN=Ops"]))

  it("SR-125: a user that can only be read with -secure", async () => {
    expectRefused(await sign({ secure: alice }), 403)
  })

  it.each([
    ["a line break", "alice\r\nX-Admin: 1"],
    ["a line feed at its end", "alice\n"],
    ["a line feed at its start", "\nalice"],
    ["a carriage return", "al\rice"],
    ["a NUL", "al\0ice"],
    ["a tab", "al\tice"],
    ["an escape", "al\u001bice"],
    ["a DEL", "al\u007fice"],
    ["UTF-8", "älice"],
    ["a byte that is not UTF-8", Buffer.from("al\xffice", "latin1")],
  ])("SR-124: a value with %s", async (_name, value) => {
    expectRefused(await sign({ session: { [user]: value } }), 403, ["lice", "X-Admin"])
    expectRefused(await sign({ session: { ...alice, [memberOf]: value } }), 403, ["lice", "X-Admin"])
  })

  it.each([
    ["no record `current`", { k1: keyHex }],
    ["a current key that is not there", { current: "k2", k1: keyHex }],
    ["an empty key", { current: "k1", k1: "" }],
    ["a key of 31 bytes", { current: "k1", k1: keyHex.slice(2) }],
    ["a key that is not hex", { current: "k1", k1: `${keyHex.slice(1)}g` }],
    ["a key id that cannot stand in the header", { current: "k 1", "k 1": keyHex }],
  ])("a data group with %s", async (_name, records) => {
    expectRefused(await sign({ session: alice }, { dataGroups: { [keys]: records } }), 503, [keyHex, keyHex.slice(2)])
  })

  it("a request when the data group is missing, by an error that resets the connection", async () => {
    const outcome = await sign({ session: alice }, {})
    expect(outcome.error).toBeDefined()
    expect(valuesOf(outcome, "x-edge-user")).toEqual([])
  })

  it.each([
    ["a blank in the path", { path: "/a b" }],
    ["a path with UTF-8", { path: "/é" }],
    ["a path with a line feed", { path: "/a\nb" }],
    ["no path", { path: "" }],
    ["the asterisk form", { path: "*" }],
    ["no host", { headers: [] }],
    ["a blank in the host", { headers: [["Host", "a b"]] as const }],
  ])("%s", async (_name, request) => expectRefused(await sign({ ...request, session: alice }), 400))
})

const spoofed: readonly (readonly [name: string, headers: readonly HeaderLine[]])[] = [
  ["the user", [["X-Edge-User", "eve"]]],
  ["the user in another case", [["x-EDGE-user", "eve"]]],
  ["the user twice", [["X-Edge-User", "eve"], ["X-Edge-User", "mallory"]]], // biome-ignore format: one row per case
  ["the user in two spellings", [["X-Edge-User", "eve"], ["x-edge-user", "mallory"], ["X-EDGE-USER", "x"]]], // biome-ignore format: one row per case
  ["an alias with underscores", [["x_edge_user", "eve"], ["X_Edge-User", "eve"]]], // biome-ignore format: one row per case
  ["an alias with dots", [["x.edge.user", "eve"], ["X-Edge.User", "eve"]]], // biome-ignore format: one row per case
  ["an alias with blanks", [[" x-edge-user ", "eve"], ["x-edge-user\t", "eve"]]], // biome-ignore format: one row per case
  ["groups and an alias of them", [["X-Edge-Groups", "| CN=Admins |"], ["x_edge.groups", "| CN=Admins |"]]], // biome-ignore format: one row per case
  ["a signature and an alias of it", [["X-Edge-Signature", "v=1"], ["X_Edge_Signature", "v=1"]]], // biome-ignore format: one row per case
  ["a minted token", [["X-Edge-Identity", "a.b.c"], ["x_edge_identity", "a.b.c"]]], // biome-ignore format: one row per case
  ["a shared secret", [["X-Origin-Verify", "guess"], ["x.origin.verify", "guess"]]], // biome-ignore format: one row per case
  ["forty copies", Array.from({ length: 40 }, (_, index): HeaderLine => ["X-Edge-User", `eve${index}`])],
]

describe.runIf(tcl.isThere).each(["all", "last"] as const)(
  "SR-122, SR-123: with a remove that removes %s",
  (removal) => {
    const session = { ...alice, [memberOf]: "| CN=Ops |" }
    const kept: readonly HeaderLine[] = [
      ["Accept", "*/*"],
      ["X-Edge-Users", "kept"],
      ["X-Edge", "kept"],
      ["Cookie", "x-edge-user=kept"],
    ]

    it.each(spoofed)("sign-edge-v1.tcl sends nothing of a client's %s", async (_name, headers) => {
      const outcome = await sign({ headers: [host, ...headers, ...kept], session }, { ...signing, removal })
      expectSigned(outcome, { "x-edge-user": "alice", "x-edge-groups": "| CN=Ops |" })
      expect(outcome.headers.map(([name]) => name)).toEqual([
        "Host",
        ...kept.map(([name]) => name),
        "x-edge-groups",
        "x-edge-user",
        "x-edge-signature",
      ])
    })

    it.each(spoofed)("mint-jws.tcl sends nothing of a client's %s", async (_name, headers) => {
      const outcome = await mint({ headers: [host, ...headers, ...kept], session }, { removal })
      expect(outcome.payloads).toHaveLength(1)
      expect(outcome.headers.map(([name]) => name)).toEqual(["Host", ...kept.map(([name]) => name), "x-edge-identity"])
      expect(valuesOf(outcome, "x-edge-identity")[0]).toMatch(/^ey/)
    })

    it.each(spoofed)("where APM is bypassed, both rules still strip a client's %s", async (_name, headers) => {
      const request: ClientRequest = { headers: [host, ...headers, ...kept], session, bypassed: true }
      for (const outcome of [await sign(request, { ...signing, removal }), await mint(request, { removal })]) {
        expect(outcome.headers).toEqual([host, ...kept])
      }
    })

    it("a header that is set between the two events is replaced", async () => {
      const request: ClientRequest = { session: alice, between: ["X_Edge_Groups", "| CN=Admins |"] }
      expectSigned(await sign(request, { ...signing, removal }), { "x-edge-user": "alice", "x-edge-groups": "" })
    })

    it.each(["close, X-Edge-User", "x-edge-signature", "keep-alive,x_edge_groups ,close", "X-EDGE-IDENTITY"])(
      "SR-126: a Connection header of %j goes",
      async (connection) => {
        const headers: HeaderLine[] = [host, ["Connection", connection], ["connection", "close"]]
        for (const outcome of [
          await sign({ headers, session }, { ...signing, removal }),
          await mint({ headers, session }, { removal }),
        ]) {
          expect(valuesOf(outcome, "connection")).toEqual([])
        }
      },
    )

    it.each(["close", "Upgrade", "keep-alive, X-Edge-Users"])("a Connection header of %j stays", async (connection) => {
      const headers: HeaderLine[] = [host, ["Connection", connection]]
      for (const outcome of [
        await sign({ headers, session }, { ...signing, removal }),
        await mint({ headers, session }, { removal }),
      ]) {
        expect(valuesOf(outcome, "connection")).toEqual([connection])
      }
    })
  },
)

// -- the minted token -------------------------------------------------------------------------------------------------

const folder = mkdtempSync(join(tmpdir(), "hallpass-irules-"))
afterAll(() => rmSync(folder, { recursive: true }))
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 })
const keyFile = join(folder, "edge.key")
writeFileSync(keyFile, pair.privateKey.export({ type: "pkcs8", format: "pem" }))
const jwk = { ...createPublicKey(pair.privateKey).export({ format: "jwk" }), kid: "edge-1", use: "sig" }

async function mint(
  request: ClientRequest,
  device: Device = {},
  header: object = { alg: "RS256", kid: "edge-1" },
): Promise<RuleOutcome> {
  const keys = { "/Common/edge_jwk": { file: keyFile, header } }
  return one(await runRule("mint-jws.tcl", { ...device, keys }, [request]))
}

const edgeIssuer: IssuerConfig = {
  provider: "oidc",
  issuer: "https://bigip.example.com/edge",
  audience: "https://orders.example.com",
  jwks: { keys: [jwk] },
  maxLifetimeSeconds: 60,
  tokenUse: "id", // a verifier by itself knows of no edge, whose tokens need no mark of access tokens
}
const verifierAt = (seconds: number, issuer: IssuerConfig = edgeIssuer) =>
  createVerifier({ issuers: [issuer] }, { clock: () => seconds * 1000 })
const tokenOf = (outcome: RuleOutcome): string => {
  expect(outcome).not.toHaveProperty("responded")
  expect(outcome).not.toHaveProperty("error")
  const [token = "", ...more] = valuesOf(outcome, "x-edge-identity")
  expect(more).toEqual([])
  return token
}
const principalOf = (outcome: RuleOutcome) => verifierAt(deviceSeconds + 2).verify(tokenOf(outcome))

describe.runIf(tcl.isThere)("mint-jws.tcl and createVerifier", () => {
  it("agree on user and groups, which arrive decoded", async () => {
    const groups = "| CN=Ops,OU=G,DC=corp,DC=example | 0x436f6d707465735fc3a964697465757273 |"
    const outcome = await mint({ session: { ...alice, [memberOf]: groups } })
    expect(await principalOf(outcome)).toMatchObject({
      subject: "alice",
      groups: ["CN=Ops,OU=G,DC=corp,DC=example", "Comptes_éditeurs"],
      issuer: "https://bigip.example.com/edge",
      expiresAt: deviceSeconds + 10,
    })
    const claims = JSON.parse(outcome.payloads[0] ?? "") as { [claim: string]: unknown }
    expect(Object.keys(claims)).toEqual(["iss", "aud", "iat", "exp", "jti", "sub", "groups"])
    expect(claims.jti).toMatch(/^[0-9a-f]{32}$/)
  })

  it("agree that the token lives ten seconds and the tolerance of five", async () => {
    const token = tokenOf(await mint({ session: alice }))
    await expect(verifierAt(deviceSeconds + 14).verify(token)).resolves.toMatchObject({ subject: "alice" })
    await expect(verifierAt(deviceSeconds + 16).verify(token)).rejects.toMatchObject({ code: "token_expired" })
    await expect(verifierAt(deviceSeconds - 6).verify(token)).rejects.toMatchObject({ code: "token_not_yet_valid" })
  })

  it("agree that it is for one audience and from one key", async () => {
    const token = tokenOf(await mint({ session: alice }))
    const other = { ...edgeIssuer, audience: "https://other.example.com" } as IssuerConfig
    await expect(verifierAt(deviceSeconds, other).verify(token)).rejects.toMatchObject({ code: "audience_mismatch" })
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
    const keys = [{ ...publicKey.export({ format: "jwk" }), kid: "edge-1" }]
    const forged = { ...edgeIssuer, jwks: { keys } } as IssuerConfig
    await expect(verifierAt(deviceSeconds, forged).verify(token)).rejects.toMatchObject({ code: "signature_invalid" })
  })

  it("agree on two tokens of one user, which differ", async () => {
    const outcomes = await runRule(
      "mint-jws.tcl",
      { keys: { "/Common/edge_jwk": { file: keyFile, header: { alg: "RS256", kid: "edge-1" } } } },
      [{ session: alice }, { session: alice }],
    )
    const [first, second] = outcomes.map(({ payloads }) => (JSON.parse(payloads[0] ?? "") as { jti: string }).jti)
    expect(first).not.toBe(second)
  })

  it.each([
    'a"b',
    "a\\b\\u0041\\",
    "[exit 3] $static::edge_jws_key ${x}",
    "{a} } {",
    "0x10a",
    "-payload",
    "</script>",
    "a|b,c;d # e",
    "Ålice “Al” 😀 中文",
    "a  b",
  ])("agree on the user %j", async (name) => {
    const { subject } = await principalOf(await mint({ session: { [user]: name } }))
    expect(subject).toBe(name)
  })

  it.each([
    "| CN=Ops,OU=G,DC=corp,DC=example |",
    "| CN=Dev\\, East,OU=G,DC=corp,DC=example |",
    "| 0x436f6d707465735fc3a964697465757273 |",
    "| CN=Ops,DC=x | 0x434e3dc389717569706f |",
    "| 0xzz | 0x4 |",
    "| CN=a\\|b | c |",
    "CN=Only,DC=x",
    "0x7c20434e3d4f7073207c20c3a9207c",
    "0xc3a9",
    "0x615c7c62",
    '| [exit] | $x | {a | } | "q" |',
    "||a||b||",
    "| |",
    `| ${Array.from({ length: 120 }, (_, index) => `CN=Group ${index},OU=Groups,DC=corp,DC=example`).join(" | ")} |`,
  ])("agree on the groups %s as the parser of headers does", async (groups) => {
    const expected = decodeApmList(groups, "raw")
    expect(Array.isArray(expected)).toBe(true)
    const principal = await principalOf(await mint({ session: { ...alice, [memberOf]: groups } }))
    expect(principal.groups).toEqual(expected)
  })

  it.each([
    "| 0xff |",
    "0xff7c",
    "| 0x0a |",
    "| 0xc080 |",
    "| 0xeda080 |",
    "| 0xf4908080 |",
    "| 0xc285 |",
    "| 0xe280a8 |",
    "| 0x30783431 |",
    "0x30783431",
    "| 0x20 |",
  ])("agree that the groups %s are refused", async (groups) => {
    expect(decodeApmList(groups, "raw")).toHaveProperty("refused")
    expectRefused(await mint({ session: { ...alice, [memberOf]: groups } }), 403, [groups])
  })
})

describe.runIf(tcl.isThere)("mint-jws.tcl refuses", () => {
  it.each([
    ["no user", {}],
    ["an empty user", { [user]: "" }],
    ["a blank user", { [user]: "  " }],
    ["a user with a line break", { [user]: "alice\r\n" }],
    ["a user with a NUL", { [user]: "al\0ice" }],
    ["a user that is not UTF-8", { [user]: Buffer.from("al\xffice", "latin1") }],
    ["a user that ends in half a character", { [user]: Buffer.from("alice\xc3", "latin1") }],
    ["groups with a line feed", { ...alice, [memberOf]: "| a\nb |" }],
    ["groups with the byte 1", { ...alice, [memberOf]: "| a\u0001b |" }],
  ])("SR-124, SR-125: %s", async (_name, session) => expectRefused(await mint({ session }), 403, ["lice"]))

  it("a request when the key is missing, by an error that resets the connection", async () => {
    const outcome = one(await runRule("mint-jws.tcl", {}, [{ session: alice }]))
    expect(outcome.error).toBeDefined()
    expect(valuesOf(outcome, "x-edge-identity")).toEqual([])
  })
})
