import { createHmac } from "node:crypto"
import { edgeV1Text, signEdgeRequest, signedText } from "../../src/edge/edge-v1.ts"
import { anyOf, missing, type Proof, timeless, type VerifyEvidence } from "../../src/edge/evidence/evidence.ts"
import { hmacEvidence } from "../../src/edge/evidence/hmac.ts"
import { jwsEvidence } from "../../src/edge/evidence/jws.ts"
import { type CertificatePins, issuerAndSerial, mtlsEvidence } from "../../src/edge/evidence/mtls.ts"
import { cidrEvidence, readRange, vpceEvidence } from "../../src/edge/evidence/network.ts"
import { heldEscape, likelyPath, otherPaths } from "../../src/edge/evidence/sent-paths.ts"
import { secretEvidence } from "../../src/edge/evidence/shared-secret.ts"
import { fixedSource, type Source } from "../../src/shared/value-source.ts"
import type { Principal } from "../../src/types/principal.ts"
import { type Refusal, refusal } from "../../src/types/reasons.ts"
import type { Connection } from "../../src/types/request.ts"
import type { HmacKeys, SharedSecrets } from "../../src/types/secret-options.ts"
import { attempt, outcome, shown } from "../support/known-lines.ts"
import { type CertificateName, certificates, pem } from "./known-certificates.ts"

const nowMs = Date.UTC(2026, 5, 1)
const now = nowMs / 1000
const connection: Connection = {
  ...{ method: "GET", host: "api.example.com", path: "/orders/7" },
  ...{ sourceIp: "192.0.2.1", vpceId: undefined, clientCertPem: undefined },
}

interface Asked {
  readonly headers?: { readonly [name: string]: string }
  readonly changes?: Partial<Connection>
  readonly atMs?: number
}

/** What evidence says of a request, and whether it said so later. */
async function judged(verify: VerifyEvidence, { headers = {}, changes, atMs = nowMs }: Asked): Promise<string> {
  const said = verify({
    scanned: new Map(Object.entries(headers)),
    connection: { ...connection, ...changes },
    nowMs: atMs,
  })
  return `${said instanceof Promise ? "later " : ""}${proofText(await said)}`
}

function proofText(proof: Proof | Refusal): string {
  if ("refused" in proof) return outcome(proof)
  const { expiresAt, asserted } = proof
  return `holds until ${expiresAt}${asserted === undefined ? "" : ` for ${shown(asserted)}`}`
}

type Row = readonly [name: string, asked: Asked]
const linesOf = async (title: string, verify: VerifyEvidence, rows: readonly Row[]): Promise<readonly string[]> => [
  title,
  ...(await Promise.all(rows.map(async ([name, asked]) => `  ${name}: ${await judged(verify, asked)}`))),
]

/** A source that says these things, each of which may be nothing. */
const sourceOf = <V>(parts: {
  readonly current?: V
  readonly refreshed?: V
  readonly forced?: V | "none"
  readonly inDoubt?: boolean
  readonly isFixed?: boolean
}): Source<V> => ({
  ...fixedSource(undefined as V),
  current: () => parts.current,
  refreshed: async () => parts.refreshed,
  forced: () => ("forced" in parts ? Promise.resolve(parts.forced === "none" ? undefined : parts.forced) : undefined),
  inDoubt: parts.inDoubt ?? false,
  isFixed: parts.isFixed ?? false,
})

const keyBytes = Buffer.from("94d8d7ce0e6181fd23755ffc008d80c5a124f350c745eae9ebe85d6b9740b4a2", "hex")
const keysOf = (...ids: readonly string[]): HmacKeys => ({
  has: (id) => ids.includes(id),
  mac: (id, text) => (ids.includes(id) ? createHmac("sha256", keyBytes).update(id).update(text).digest() : undefined),
})
const longId = "k".repeat(64)

interface Signed {
  readonly keyId?: string
  readonly unixSeconds?: number
  readonly method?: string
  readonly host?: string
  readonly path?: string
  readonly headers?: { readonly [name: string]: string }
}
const identity = { "x-user": "alice", "x-groups": "" }

/** A signature, made of the text of these parts. */
function signatureOf(signed: Signed = {}): string {
  const { keyId = "k1", unixSeconds = now, ...rest } = signed
  const parts = { method: "GET", host: "api.example.com", path: "/orders/7", headers: identity, ...rest }
  const mac = keysOf(keyId).mac(keyId, edgeV1Text({ keyId, unixSeconds, ...parts })) as Buffer
  return `v=1; kid=${keyId}; ts=${unixSeconds}; sig=${mac.toString("base64")}`
}
const sent = (signature: string, more: Partial<Asked> = {}): Asked => ({
  ...more,
  headers: { "x-user": "alice", "x-signature": signature, ...more.headers },
})

async function hmacLines(): Promise<readonly string[]> {
  const options = { header: "x-signature", windowSeconds: 60, signed: ["x-user", "x-groups"] }
  const verify = hmacEvidence({ ...options, keys: fixedSource(keysOf("k1", longId, "a.b_c-D9")) })
  const good = signatureOf()
  const signature = good.slice(good.indexOf("sig=") + 4)
  const form = (text: string): Row => [shown(text.replace(signature, "…")), sent(text)]
  const decoded = { pathIsDecoded: true } as const
  return [
    ...(await linesOf("hmac: form and time", verify, [
      ["good", sent(good)],
      ["none", { headers: { "x-user": "alice" } }],
      ...["", " ", "v=1", good.replace("v=1", "v=2"), good.replace("; kid", ";kid"), good.replaceAll("; ", ";")].map(
        form,
      ),
      ...[
        `${good} `,
        ` ${good}`,
        `${good}; x=1`,
        good.replace("kid=k1", "kid="),
        good.replace("kid=k1", "kid=k 1"),
      ].map(form),
      ...[good.replace("ts=", "ts=0"), good.replace(/ts=\d+/, "ts=0"), good.replace(/ts=\d+/, "ts=")].map(form),
      ...[good.replace(/ts=\d+/, "ts=1234567890123"), good.replace(/ts=\d+/, "ts=999999999999")].map(form),
      ...[good.replace("sig=", "sig"), good.slice(0, -1), good.toUpperCase()].map(form),
      ["another last character", sent(good.replace(/.=$/, (end) => `${end.startsWith("A") ? "B" : "A"}=`))],
      ["unused bits", sent(good.replace(/.=$/, "B="))],
      ["a longest key id", sent(signatureOf({ keyId: longId }))],
      ["a key id that is too long", sent(signatureOf({ keyId: longId }).replace("kid=k", "kid=kk"))],
      ["every character of a key id", sent(signatureOf({ keyId: "a.b_c-D9" }))],
      ...[-60, -61, -60.001, 5, 6, 5.001].map(
        (shift): Row => [`signed ${shift} s from now`, sent(good, { atMs: nowMs - shift * 1000 })],
      ),
      ["a clock that reads no number", sent(good, { atMs: Number.NaN })],
    ])),
    ...(await linesOf("hmac: what is signed", verify, [
      ...(
        [
          ["another key", { keyId: "k2" }],
          ["another method", { method: "POST" }],
          ["the method in small letters", { method: "get" }],
          ["another host", { host: "x.example.com" }],
          ["the host in capitals", { host: "API.example.com" }],
          ["another path", { path: "/orders/8" }],
          ["the path in another case", { path: "/ORDERS/7" }],
          ["another user", { headers: { "x-user": "bob", "x-groups": "" } }],
          ["a user with outer blanks", { headers: { "x-user": " alice ", "x-groups": "" } }],
          ["a group", { headers: { "x-user": "alice", "x-groups": "Ops" } }],
          ["no line for groups", { headers: { "x-user": "alice" } }],
        ] as const
      ).map(([name, signed]): Row => [`signed for ${name}`, sent(signatureOf(signed))]),
      ["a group in the request", sent(good, { headers: { "x-groups": "Ops" } })],
      [
        "a group in both",
        sent(signatureOf({ headers: { ...identity, "x-groups": "Ops" } }), { headers: { "x-groups": "Ops" } }),
      ],
      ...(
        [
          ["no host", { host: undefined }],
          ["an empty host", { host: "" }],
          ["a host with a blank", { host: "api example.com" }],
          ["a host with a line break at its end", { host: "api.example.com\n" }],
          ["a host in capitals", { host: "API.example.com" }],
          ["no path", { path: undefined }],
          ["a method with a blank", { method: "GET " }],
          ["a method before which a line is", { method: "\nGET" }],
          ["an empty method", { method: "" }],
          ["a method in small letters", { method: "get" }],
        ] as const
      ).map(([name, changes]): Row => [name, sent(good, { changes })]),
    ])),
    ...(await linesOf(
      "hmac: signed over what no request has",
      verify,
      (
        [
          ["an empty host", { host: "" }],
          ["a host with a blank", { host: "api example.com" }],
          ["a host before a line break", { host: "api.example.com\n" }],
          ["a host after a line break", { host: "\napi.example.com" }],
          ["an empty method", { method: "" }],
          ["a method with a blank", { method: "GET " }],
          ["a method after a blank", { method: " GET" }],
          ["a path with a line break", { path: "/a\nb" }],
        ] as const
      ).map(([name, changes]): Row => {
        const { method, host = "", path = "" } = { ...connection, ...changes }
        const text = signedText("k1", String(now), { method, host, path }, [
          ["x-groups", ""],
          ["x-user", "alice"],
        ])
        const mac = keysOf("k1").mac("k1", text) as Buffer
        return [name, sent(`v=1; kid=k1; ts=${now}; sig=${mac.toString("base64")}`, { changes })]
      }),
    )),
    ...(await linesOf("hmac: the path as it was sent, and as it is shown", verify, [
      ...(
        [
          ["/a%20b", "/a b", decoded],
          ["/a%20b", "/a%20b", {}],
          ["/a%20b", "/a b", {}],
          ["/%C3%A9", "/é", decoded],
          ["/%c3%a9", "/é", decoded],
          ["/%c3%a9", "/é", {}],
          ["/a%2Fb", "/a/b", decoded],
          ["/a%2520", "/a%20", decoded],
          ["/a%20", "/a%20", decoded],
          ["/a%25", "/a%", decoded],
          ["/%61", "/a", decoded],
          ["/a%7Cb", "/a|b", decoded],
          ["/a%7cb", "/a|b", decoded],
          ["/a|b", "/a|b", decoded],
          ["/a%28b", "/a(b", decoded],
          ["/a%2Bb", "/a+b", decoded],
          ["/orders/8", "/a%20b", decoded],
          ["/orders/8", "/a b", decoded],
          ["/orders/8", "/a(b", decoded],
          ["/orders/8", "/é", {}],
          ["/a%28b", "/a(b", {}],
          ["/orders/8", "/orders/7", decoded],
        ] as const
      ).map(
        ([path, seen, more]): Row => [
          `${path} as ${seen}${"pathIsDecoded" in more ? ", decoded" : ""}`,
          sent(signatureOf({ path }), { changes: { path: seen, ...more } }),
        ],
      ),
    ])),
    ...(
      await Promise.all(
        (
          [
            ["nothing yet, then the key", { refreshed: keysOf("k1") }],
            ["nothing yet, then another key", { refreshed: keysOf("k2") }],
            ["nothing yet, then another key, in doubt", { refreshed: keysOf("k2"), inDoubt: true }],
            ["nothing yet, then nothing", {}],
            ["another key, no refresh", { current: keysOf("k2") }],
            ["another key, no refresh, in doubt", { current: keysOf("k2"), inDoubt: true }],
            ["another key, then the key", { current: keysOf("k2"), forced: keysOf("k1", "k2") }],
            ["another key, then the same", { current: keysOf("k2"), forced: keysOf("k2") }],
            ["another key, then the same, in doubt", { current: keysOf("k2"), forced: keysOf("k2"), inDoubt: true }],
            ["another key, then nothing", { current: keysOf("k2"), forced: "none" as const }],
            ["another key, then nothing, in doubt", { current: keysOf("k2"), forced: "none" as const, inDoubt: true }],
            ["the key, and a refresh that is not asked for", { current: keysOf("k1"), forced: keysOf("k2") }],
          ] as const
        ).map(([name, parts]) =>
          linesOf(`hmac: keys are ${name}`, hmacEvidence({ ...options, keys: sourceOf<HmacKeys>(parts) }), [
            ["good", sent(good)],
            ["another user", sent(signatureOf({ headers: { ...identity, "x-user": "bob" } }))],
          ]),
        ),
      )
    ).flat(),
  ]
}

const secretsOf = (...values: readonly string[]): SharedSecrets => ({
  matches: (candidate) => values.includes(candidate),
})

async function secretLines(): Promise<readonly string[]> {
  const sources = [
    ["fixed", fixedSource(secretsOf("one", "two"))],
    ["nothing yet, then the value", sourceOf({ refreshed: secretsOf("one") })],
    ["nothing yet, then another, in doubt", sourceOf({ refreshed: secretsOf("x"), inDoubt: true })],
    ["nothing yet, then nothing", sourceOf<SharedSecrets>({})],
    ["another, no refresh", sourceOf({ current: secretsOf("x") })],
    ["another, no refresh, in doubt", sourceOf({ current: secretsOf("x"), inDoubt: true })],
    ["another that is fixed, in doubt", sourceOf({ current: secretsOf("x"), inDoubt: true, isFixed: true })],
    ["another, then the value", sourceOf({ current: secretsOf("x"), forced: secretsOf("one") })],
    ["another, then the same", sourceOf({ current: secretsOf("x"), forced: secretsOf("x") })],
    ["another, then nothing", sourceOf<SharedSecrets>({ current: secretsOf("x"), forced: "none" })],
    [
      "another, then nothing, in doubt",
      sourceOf<SharedSecrets>({ current: secretsOf("x"), forced: "none", inDoubt: true }),
    ],
    ["the value", sourceOf({ current: secretsOf("one"), forced: secretsOf("x") })],
  ] as const
  const rows: readonly Row[] = [undefined, "", "one", "two", "One", "one "].map(
    (value): Row => [
      value === undefined ? "none" : shown(value),
      { headers: value === undefined ? { "x-other": "one" } : { "x-secret": value } },
    ],
  )
  const lines = sources.map(([name, source]) => linesOf(`secret: ${name}`, secretEvidence("x-secret", source), rows))
  return (await Promise.all(lines)).flat()
}

const spki: Readonly<Record<string, string>> = {
  alice: "fd110d301d2f077de1414b8f99f441b1403fab207b2052fbd2c065e4ee8e7dc2",
  joined: "3774845b9147b50cf00771ca20eb29cc3043c078f79ee13ebd0c63062a133b4d",
}
const certificateAuthority = "CN=Edge CA,O=Corp\\, Inc.,C=DE"

async function mtlsLines(): Promise<readonly string[]> {
  const none: CertificatePins = { spkiSha256: undefined, issuerSerial: undefined, san: undefined }
  const serial = (issuer: string, number: string): CertificatePins => ({
    ...none,
    issuerSerial: new Set([issuerAndSerial(issuer, number) ?? "none"]),
  })
  const pins: readonly (readonly [name: string, pins: CertificatePins])[] = [
    ["none", none],
    ["the key of alice", { ...none, spkiSha256: new Set([spki.alice ?? "", "00"]) }],
    ["the key of alice in capitals", { ...none, spkiSha256: new Set([spki.alice?.toUpperCase() ?? ""]) }],
    ["no key", { ...none, spkiSha256: new Set() }],
    ["the number of alice", serial(certificateAuthority, "0A1B2C")],
    ["the number of alice, spelled otherwise", serial("cn=Edge CA, o=Corp\\2C Inc. , C=DE", "a:1b:2c")],
    ["the number of alice, from another issuer", serial("CN=Edge CA,O=Corp,C=DE", "0A1B2C")],
    ["the number of alice, issuer in reverse", serial("C=DE,O=Corp\\, Inc.,CN=Edge CA", "0A1B2C")],
    ["the number of joined", serial("CN=Edge CA+OU=Ops", "01")],
    ["DNS of alice", { ...none, san: new Set(["DNS:alice.example.com"]) }],
    ["DNS of hostile, in capitals", { ...none, san: new Set(["DNS:A.example.com"]) }],
    ["DNS of hostile", { ...none, san: new Set(["DNS:a.example.com"]) }],
    ["URI of alice", { ...none, san: new Set(["URI:spiffe://example.com/alice"]) }],
    ["URI inside of another", { ...none, san: new Set(["URI:spiffe://example.com/admin"]) }],
    ["address of alice", { ...none, san: new Set(["email:alice@example.com"]) }],
    ["address as DNS", { ...none, san: new Set(["DNS:alice@example.com", "alice.example.com"]) }],
    [
      "key and URI of alice",
      { ...none, spkiSha256: new Set([spki.alice ?? ""]), san: new Set(["URI:spiffe://example.com/alice"]) },
    ],
    [
      "key of alice, DNS of joined",
      { ...none, spkiSha256: new Set([spki.alice ?? ""]), san: new Set(["DNS:carol.example.com"]) },
    ],
  ]
  const names = Object.keys(certificates) as CertificateName[]
  const from = Date.UTC(2026, 0, 1)
  const until = Date.UTC(2027, 0, 1)
  const alice = pem(certificates.alice)
  const rows: readonly Row[] = [
    ...names.map((name): Row => [name, { changes: { clientCertPem: pem(certificates[name]) } }]),
    ["no certificate", {}],
    ["an empty text", { changes: { clientCertPem: "" } }],
    ["no PEM", { changes: { clientCertPem: "x" } }],
    ...[from - 1, from, until, until + 1, Number.NaN].map(
      (atMs): Row => [`alice at ${atMs}`, { atMs, changes: { clientCertPem: alice } }],
    ),
  ]
  const lines = await Promise.all(
    pins.map(async ([name, each]) => {
      const verify = mtlsEvidence(each)
      const said = await Promise.all(rows.map(async ([row, asked]) => [row, await judged(verify, asked)] as const))
      const results = new Set(said.map(([, result]) => result))
      const groups = [...results].map(
        (result) => `${result}: ${said.flatMap(([row, each]) => (each === result ? [row] : [])).join(", ")}`,
      )
      return [`mtls: pins are ${name}`, ...groups.map((group) => `  ${group}`)]
    }),
  )
  const serials: readonly (readonly [issuer: string, serial: string])[] = [
    ...[
      "0",
      "00",
      "0a",
      "a",
      "A:B",
      "0A:bC",
      "0a1b2c",
      "000a",
      "1000",
      "a00b",
      "",
      ":",
      "a:",
      ":a",
      "0a::bc",
      "abc",
      "0ab",
      "g",
      "0x1",
      "1 ",
    ].map((number) => ["CN=a", number] as const),
    ...["", "a", "CN=", "cn=A", "CN=a,O=b", "O=b,CN=a", "CN=a+O=b", "O=b+CN=a", "CN=#0401", "CN=\\61", "CN=a\nO=b"].map(
      (issuer) => [issuer, "01"] as const,
    ),
  ]
  return [
    ...lines.flat(),
    ...serials.map((each) => `issuer and serial ${shown(each)}: ${shown(issuerAndSerial(...each))}`),
  ]
}

async function networkLines(): Promise<readonly string[]> {
  const ids: readonly Row[] = [undefined, "vpce-1", "vpce-2", "vpce-3", "VPCE-1", ""].map(
    (vpceId): Row => [shown(vpceId), { changes: { vpceId } }],
  )
  const ranges = ["192.0.2.0/24", "198.51.100.7", "2001:db8::/32", "203.0.113.128/25"]
  const texts = [
    ...[
      ...ranges,
      "192.0.2.0/0",
      "0.0.0.0/0",
      "192.0.2.0/1",
      "192.0.2.0/32",
      "192.0.2.0/33",
      "192.0.2.0/08",
      "192.0.2.0/",
    ],
    ...[
      "::/0",
      "::1",
      "::/128",
      "::/129",
      "2001:db8::/064",
      "fe80::1%eth0",
      "fe80::1%eth0/64",
      "192.0.2",
      "192.0.2.0/2x",
    ],
    ...[
      "",
      "/",
      "/24",
      "x",
      "192.0.2.0/24/8",
      " 192.0.2.0/24",
      "192.0.2.0/24 ",
      "192.0.2.0 /24",
      "::ffff:192.0.2.0/120",
    ],
    ...["192.0.2.0/1000", "192.0.2.0/-1", "2001:db8::/9", "2001:db8::/10", "2001:db8::/100"],
  ]
  const addresses: readonly Row[] = [
    ...[undefined, "", "x", "192.0.2.0", "192.0.2.255", "192.0.3.0", "192.0.1.255", "198.51.100.7", "198.51.100.8"],
    ...[
      "2001:db8::1",
      "2001:db9::1",
      "2001:DB8:ffff::",
      "::ffff:192.0.2.1",
      "203.0.113.127",
      "203.0.113.128",
      "192.0.2.1/32",
    ],
  ].map((sourceIp): Row => [shown(sourceIp), { changes: { sourceIp } }])
  return [
    ...(await linesOf("endpoints vpce-1 and vpce-2", vpceEvidence(["vpce-1", "vpce-2"]), ids)),
    ...texts.map((text) => `range ${shown(text)}: ${shown(readRange(text))}`),
    ...(await linesOf(
      `addresses of ${ranges.join(", ")}`,
      cidrEvidence(ranges.flatMap((text) => readRange(text) ?? [])),
      addresses,
    )),
  ]
}

async function jwsLines(): Promise<readonly string[]> {
  const principal = { id: "edge|alice", claims: { sub: "alice" } } as unknown as Principal
  const ending = (expiresAt: number): Principal => ({ ...principal, expiresAt })
  const said: readonly (readonly [name: string, result: Principal | Refusal])[] = [
    ...[-1, 0, 60, 64, 65, 65.001, 66, Number.NaN, Number.POSITIVE_INFINITY].map(
      (seconds) => [`a token that ends in ${seconds} s`, ending(now + seconds)] as const,
    ),
    ["a refused token", refusal("signature_invalid")],
    ["a token in doubt", refusal("keys_unavailable")],
  ]
  const options = { header: "x-token", claims: { user: "upn" }, windowSeconds: 60, toleranceSeconds: 5 }
  const rows = async ([name, result]: (typeof said)[number]): Promise<readonly string[]> => {
    const asked = { headers: { "x-token": "a.b.c" } }
    const atOnce = await judged(jwsEvidence({ ...options, verify: () => result }), asked)
    const later = await judged(jwsEvidence({ ...options, verify: async () => result }), asked)
    return [`  ${name}: ${atOnce}, or ${later.replace(` ${atOnce}`, "")}`]
  }
  const verify = jwsEvidence({ ...options, verify: (token, atMs) => ({ ...ending(now), id: `${token} at ${atMs}` }) })
  return [
    "jws",
    ...(await Promise.all(said.map(rows))).flat(),
    ...(await linesOf("jws: the header", verify, [
      ["none", {}],
      ["empty", { headers: { "x-token": "" } }],
      ["a token", { headers: { "x-token": "a.b.c" } }],
    ])),
  ]
}

/** Every pair of verdicts, at once and later: any one is enough, or both must hold. */
async function combinationLines(): Promise<readonly string[]> {
  const asserted = { principal: { id: "edge|alice" } as Principal, claims: {} }
  const verdicts: Readonly<Record<string, Proof | Refusal>> = {
    missing,
    wrong: refusal("edge_secret_invalid"),
    "also wrong": refusal("edge_network_refused"),
    "in doubt": refusal("secrets_unavailable"),
    timeless,
    short: { expiresAt: 10 },
    minted: { expiresAt: 20, asserted },
  }
  const names = Object.keys(verdicts)
  const atOnce =
    (name: string): VerifyEvidence =>
    () =>
      verdicts[name] as Proof
  const later =
    (name: string): VerifyEvidence =>
    async () =>
      verdicts[name] as Proof
  const every = async (entries: (a: VerifyEvidence, b: VerifyEvidence) => VerifyEvidence[][], a: string, b: string) => {
    const pairs = [atOnce, later].flatMap((first) => [atOnce, later].map((second) => [first(a), second(b)] as const))
    const said = await Promise.all(pairs.map((pair) => judged(anyOf(entries(...pair)), {})))
    return [...new Set(said.map((each) => each.replace("later ", "")))].join(" / ")
  }
  const lines = names.flatMap((a) =>
    names.map(async (b) => [
      `${a} or ${b}: ${await every((x, y) => [[x], [y]], a, b)}`,
      `${a} and ${b}: ${await every((x, y) => [[x, y]], a, b)}`,
      `${a}, or minted and ${b}: ${await every((x, y) => [[x], [atOnce("minted"), y]], a, b)}`,
    ]),
  )
  return [...(await Promise.all(lines)).flat(), `no entry: ${await judged(anyOf([]), {})}`]
}

const paths = [
  ...[
    "/",
    "/orders/7",
    "/a b",
    "/é",
    "/a%20b",
    "/a%2",
    "/a%",
    "/%zz",
    "/a%e9",
    "/a%E9b",
    "/~x-y_z.w",
    "/a:@!$&'()*+,;=b",
  ],
  ...[
    '/a"<>`{}|^[]\\b',
    "/日本",
    "/\u007f",
    "/\u0000",
    "/a\n/b",
    "/a?b#c",
    "",
    "/%25",
    "/100%/x",
    "/a%C3%A9",
    "/ %",
    "/é%41",
    '/a b|<"c',
  ],
]

const pathLines = (): readonly string[] =>
  paths.flatMap((path) => [
    `path ${shown(path)}: likely ${shown(likelyPath(path))}${heldEscape(path) ? ", held an escape" : ""}`,
    `  not decoded: ${shown([...otherPaths(path, false)])}`,
    ...[...otherPaths(path, true)].map((other) => `  decoded: ${shown(other)}`),
  ])

function textLines(): readonly string[] {
  const good = {
    ...{ keyId: "k1", unixSeconds: now, method: "get", host: "API.example.com", path: "/orders/7?x=1" },
    headers: { "X-User": " alice ", "x-Groups": "", "x-a": "~", "x-B": "!" },
  }
  const changes: readonly object[] = [
    {},
    { headers: {} },
    ...[
      { "x y": "a" },
      { "x:": "a" },
      { "": "a" },
      { "x-é": "a" },
      { "x-a": "a", "X-A": "a" },
      { "!#$%&'*+.^_`|~0z": "a" },
    ],
    ...["a\n", "\ta", "é", "\x7f", "\x1f", 7, undefined, null].map((value) => ({ headers: { "x-user": value } })),
    ...["", "a b", "k".repeat(64), "k".repeat(65), "é", "a;b"].map((keyId) => ({ keyId })),
    ...[0, 1, -1, 1.5, 999_999_999_999, 1_000_000_000_000, Number.NaN, "1"].map((unixSeconds) => ({ unixSeconds })),
    ...["", "GET ", " GET", "G-T", "GÉT"].map((method) => ({ method })),
    ...["", "a b", "a\n", " a", "é", "a:443"].map((host) => ({ host })),
    ...["", "a", "/", "/a b", "/\n", "/é", " /", "/~!"].map((path) => ({ path })),
  ].map((change) => (Object.keys(change).every((key) => key in good) ? change : { headers: change }))
  const key = Buffer.from("94d8d7ce0e6181fd23755ffc008d80c5a124f350c745eae9ebe85d6b9740b4a2", "hex")
  return [
    ...changes.map(
      (change) => `signed text with ${shown(change)}: ${attempt(() => edgeV1Text({ ...good, ...change }))}`,
    ),
    `signed request: ${signEdgeRequest({ ...good, key })}`,
  ]
}

/** One line for each kind of evidence and each part of it that is right or wrong. */
export async function knownEvidence(): Promise<readonly string[]> {
  const groups = [hmacLines(), secretLines(), mtlsLines(), networkLines(), jwsLines(), combinationLines()]
  return [...(await Promise.all(groups)).flat(), ...pathLines(), ...textLines()]
}
