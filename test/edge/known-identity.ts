import {
  attributeClaim,
  compileAttributes,
  compileIdentity,
  type EdgeIdentity,
  spellOnce,
} from "../../src/edge/asserted-principal.ts"
import { createEdge, type EdgeParts } from "../../src/edge/edge.ts"
import { type Asserted, missing, type Proof, timeless } from "../../src/edge/evidence/evidence.ts"
import type { EdgeValues } from "../../src/edge/header-options.ts"
import { createHeaderScan, foldHeaderName, type TrustedHeader } from "../../src/edge/headers.ts"
import { compileMinted } from "../../src/edge/jws-identity.ts"
import { createSpellings } from "../../src/edge/values/comparison.ts"
import type { EdgeHeaders } from "../../src/types/edge-options.ts"
import type { Principal } from "../../src/types/principal.ts"
import { type Refusal, refusal } from "../../src/types/reasons.ts"
import type { AccessRequest, Connection } from "../../src/types/request.ts"
import { attempt, outcome, shown } from "../support/known-lines.ts"

type Values = { readonly [name: string]: unknown }
const mapText = (map: ReadonlyMap<string, string> | Refusal): string =>
  "refused" in map ? outcome(map) : shown(Object.fromEntries(map))

/** Every way in which a header can be there, for a trusted text, a list and a token. */
function scanLines(): readonly string[] {
  const scan = createHeaderScan([
    { name: "X-User" },
    { name: "x-groups", commas: true },
    { name: "X-Pem", tabs: true },
    { name: "x-token", token: true, commas: true },
  ])
  const names = [
    ...["x-user", "X-USER", "X-User", "x_user", "x.user", "X_User", "x-user ", " x-user", "\tx-user", "x-user\u00a0"],
    ...[
      "x-use",
      "x-usr",
      "xx-user",
      "x-users",
      "y-user",
      "x-\u017fer",
      "x-u\u017fer",
      "",
      " ",
      "-",
      "x user",
      "x-user:",
    ],
    ...["\u0130-user", "x-user\u0000", "x-us\u00e9r", "X-user\u200b", "__proto__", "constructor", "x--user"],
  ]
  const values: readonly unknown[] = [
    ...["alice", " alice ", "", " ", "a,b", "a\tb", "\n", "\u00e9", "a".repeat(10_240), "a".repeat(10_241)],
    ...[undefined, null, 7, true, {}, [], ["alice"], ["alice", "bob"], [undefined], [null], [7]],
  ]
  const lists: readonly unknown[] = [
    ...[
      ["alice"],
      ["alice", "alice"],
      ["alice", "bob"],
      ["a,b"],
      [],
      [""],
      [null],
      [7],
      [["alice"]],
      "alice",
      "a,b",
      null,
    ],
    ...[undefined, 7, {}],
  ]
  const requests: readonly (readonly [name: string, headers: Values | undefined, all: Values | undefined])[] = [
    ["no map", undefined, undefined],
    ["empty maps", {}, {}],
    ...names.map((name) => [`name ${shown(name)}`, { [name]: "alice" }, undefined] as const),
    ...names.slice(0, 8).map((name) => [`name ${shown(name)} listed`, undefined, { [name]: ["alice"] }] as const),
    ...["x-user", "x-groups", "x-pem", "x-token"].flatMap((name) =>
      values.map((value) => [`${name} is ${shown(value)}`, { [name]: value }, undefined] as const),
    ),
    ...["x-user", "x-groups"].flatMap((name) =>
      lists.map((value) => [`${name} lists ${shown(value)}`, undefined, { [name]: value }] as const),
    ),
    ["in both maps", { "X-User": "alice" }, { "X-User": ["alice"] }],
    ["in both maps, a comma", { "X-User": "a,b" }, { "X-User": ["a,b"] }],
    ["in both maps, two values", { "X-User": "bob" }, { "X-User": ["alice"] }],
    ["in both maps, the last of two", { "X-User": "bob" }, { "X-User": ["alice", "bob"] }],
    ["in both maps, two spellings", { "x-user": "alice" }, { "X-User": ["alice"] }],
    ["in both maps, listed as nothing", { "X-User": "alice" }, { "X-User": [] }],
    ["in both maps, nothing in one", { "X-User": null }, { "X-User": ["alice"] }],
    ["two spellings", { "x-user": "alice", "X-User": "alice" }, undefined],
    ["two spellings, one of nothing", { "x-user": null, "X-User": "alice" }, undefined],
    ["an alias beside it", { "x-user": "alice", x_user: "bob" }, undefined],
    ["an alias of nothing", { "x-user": "alice", x_user: null }, undefined],
    ["inherited", Object.create({ "x-user": "alice" }) as Values, undefined],
    ["several", { "x-user": "alice", "x-groups": "a,b", "x-pem": "a\tb", "x-token": "a\tb", other: "a,b" }, undefined],
    ["several, one of them wrong", { "x-user": "alice", "x-groups": "a\nb" }, undefined],
    ...[
      "x-user",
      "close",
      "close, X-User",
      "close , x_user ",
      "x-users",
      "",
      ",",
      "close,x.token",
      "x-user;q=1",
    ].flatMap((value) => [
      [`Connection: ${value}`, { connection: value, "x-user": "alice" }, undefined] as const,
      [`Connection listed: ${value}`, { "x-user": "alice" }, { Connection: ["close", value] }] as const,
    ]),
    ["Connection that is no text", { connection: 7 }, undefined],
    ["Connection listed as a text", undefined, { CONNECTION: "x-user" }],
    ["Connection with blanks around its name", { " connection": "x-user" }, undefined],
  ]
  const trusted: readonly (readonly TrustedHeader[])[] = [
    [{ name: "connection" }],
    [{ name: "CONNECTION" }],
    [{ name: "" }],
    [{ name: "x user" }],
    [{ name: "x-user:" }],
    [{ name: "x-user " }],
    [{ name: "x-\u00e9" }],
    [{ name: "x-user" }, { name: "x_user" }],
    [{ name: "x-user" }, { name: "X-User" }],
    [{ name: "!#$%&'*+.^_`|~0z" }],
  ]
  const punctuated = createHeaderScan([{ name: "-x-" }, { name: "!y~" }, { name: "a_b" }])
  const odd = [
    "-x-",
    "_x_",
    ".x.",
    "-X_",
    "_x.",
    "x-",
    "-x",
    "=x-",
    "-x=",
    "!y~",
    "!Y~",
    "!y",
    "a_b",
    "a-b",
    "A.B",
    "a b",
    " -x-",
  ]
  const twice: readonly (readonly [TrustedHeader, TrustedHeader])[] = (["commas", "tabs", "token"] as const).flatMap(
    (grammar) =>
      [true, false].flatMap((a) =>
        [true, false].map(
          (b) =>
            [
              { name: "x", [grammar]: a },
              { name: "X", [grammar]: b },
            ] as [TrustedHeader, TrustedHeader],
        ),
      ),
  )
  return [
    ...requests.map(
      ([name, headers, multiValueHeaders]) => `scan ${name}: ${mapText(scan({ headers, multiValueHeaders }))}`,
    ),
    ...trusted.map(
      (headers) =>
        `trusted ${shown(headers)}: ${attempt(() => mapText(createHeaderScan(headers)({ headers: { "x-user": "a" }, multiValueHeaders: undefined })))}`,
    ),
    ...odd.map((name) => {
      const found = punctuated({ headers: { [name]: "v" }, multiValueHeaders: undefined })
      return `scan punctuated name ${shown(name)}: ${mapText(found)}`
    }),
    ...twice.map((headers) => {
      const both = createHeaderScan(headers)
      const texts = ["a,b", "a\tb", "\u00e9"].map((x) =>
        mapText(both({ headers: { x }, multiValueHeaders: undefined })),
      )
      return `trusted ${shown(headers)}: ${texts.join(", ")}`
    }),
    ...[...names, "X_Y.z-W", "_", "a__b", "\u212a"].map(
      (name) => `folded ${shown(name)}: ${shown(foldHeaderName(name))}`,
    ),
  ]
}

const connection: Connection = {
  ...{ method: "GET", host: "api.example.com", path: "/" },
  ...{ sourceIp: "192.0.2.1", vpceId: undefined, clientCertPem: "pem" },
}
const nowMs = 1_780_272_000_500
const asserted: Asserted = {
  principal: { id: "edge|alice", claims: { sub: "alice", upn: "carol", groups: ["Ops"] } } as unknown as Principal,
  claims: {},
}

async function edgeLines(): Promise<readonly string[]> {
  const headers: EdgeHeaders = { user: "X-User", groups: { name: "X-Groups", format: "csv", optional: true } }
  const parts = (said: Proof | Refusal | Promise<Proof>, more: Partial<EdgeParts> = {}): EdgeParts => ({
    headers,
    evidenceHeaders: [
      { name: "X-Token", token: true, speaks: true },
      { name: "X-Secret", speaks: false },
    ],
    ...{ evidence: [[() => said]], kept: undefined, mayBeAbsent: false },
    ...more,
  })
  const request = (more: Partial<AccessRequest>): AccessRequest => ({
    ...{ kind: "http-2.0", arn: undefined, method: "GET", routeMethod: "GET", template: "/" },
    ...{ headers: { "x-user": "alice", "x-groups": "Ops, Dev" }, multiValueHeaders: undefined, query: undefined },
    ...{ multiValueQuery: undefined, cookies: undefined, identitySources: undefined, connection, requestId: undefined },
    ...more,
  })
  const all = { headers: ["x-user", "x-groups"], sourceIp: true, certificate: true }
  const sources = ["alice", "Ops, Dev", "192.0.2.1", "pem"]
  const rows: readonly (readonly [name: string, parts: EdgeParts, request: AccessRequest])[] = [
    ["timeless", parts(timeless), request({})],
    ["until 10", parts({ expiresAt: 10 }), request({})],
    ["later", parts(Promise.resolve({ expiresAt: 10 })), request({})],
    ["until no number", parts({ expiresAt: Number.NaN }), request({})],
    ["minted", parts({ expiresAt: 10, asserted }), request({ headers: {} })],
    ["minted, another user in the header", parts({ expiresAt: 10, asserted }), request({})],
    ["missing evidence", parts(missing), request({})],
    ["wrong evidence", parts(refusal("edge_secret_invalid")), request({})],
    ["no connection", parts(timeless), request({ connection: undefined })],
    ["no connection, may be absent", parts(timeless, { mayBeAbsent: true }), request({ connection: undefined })],
    ["no user", parts(timeless), request({ headers: { "x-groups": "Ops" } })],
    ["no groups", parts(timeless), request({ headers: { "x-user": "alice" } })],
    ["an alias", parts(timeless), request({ headers: { x_user: "alice" } })],
    ["an alias, missing evidence", parts(missing), request({ headers: { x_token: "a" } })],
    ...[{}, { "x-user": "alice" }, { "x-groups": "Ops" }, { "x-token": "a" }, { "x-secret": "a" }, { other: "a" }].map(
      (headers) =>
        [`may be absent, ${shown(headers)}`, parts(missing, { mayBeAbsent: true }), request({ headers })] as const,
    ),
    ["kept, other API", parts(timeless, { kept: all }), request({})],
    ["not kept", parts(timeless), request({ identitySources: [] })],
    ["kept under all", parts(timeless, { kept: all }), request({ identitySources: sources })],
    ["kept under one joined text", parts(timeless, { kept: all }), request({ identitySources: [sources.join(",")] })],
    ...sources.map(
      (source) =>
        [
          `kept under all but ${source}`,
          parts(timeless, { kept: all }),
          request({ identitySources: sources.filter((one) => one !== source) }),
        ] as const,
    ),
    ...sources.map(
      (source) =>
        [
          `kept under all but ${source}, which needs not be there`,
          parts(timeless, {
            kept: {
              headers: all.headers.filter((_, at) => sources[at] !== source),
              sourceIp: source !== "192.0.2.1",
              certificate: source !== "pem",
            },
          }),
          request({ identitySources: sources.filter((one) => one !== source) }),
        ] as const,
    ),
    [
      "kept under a header that is absent",
      parts(timeless, { kept: all }),
      request({ headers: { "x-user": "alice" }, identitySources: sources }),
    ],
    [
      "kept under part of a value",
      parts(timeless, { kept: all }),
      request({ identitySources: ["alices", ...sources.slice(1)] }),
    ],
  ]
  const lines = rows.map(async ([name, edge, asked]) => {
    const verify = createEdge(edge)
    const [first, second] = [verify(asked, nowMs), verify(asked, nowMs)]
    const [one, two] = [outcome(await first), outcome(await second)]
    return `edge ${name}: ${first instanceof Promise ? "later " : ""}${one}${one === two ? "" : `, then ${two}`}`
  })
  return [...(await Promise.all(lines)), ...(await callerLines(parts(timeless), request))]
}

/** One edge, asked for one caller after another: values that are the same are the same object, and no others. */
async function callerLines(
  parts: EdgeParts,
  request: (more: Partial<AccessRequest>) => AccessRequest,
): Promise<readonly string[]> {
  const verify = createEdge(parts)
  const seen: unknown[] = []
  const lines: string[] = []
  for (const headers of [
    { "x-user": "alice" },
    { "x-user": "bob" },
    { "x-user": "alice", "x-groups": "bob" },
    { "x-user": "alice", "x-groups": '"' },
    { "x-user": "alice" },
    { "x-user": "alice", "x-groups": '"' },
    { "x-user": "alice", "x-groups": "bob" },
    { "x-user": "bob" },
  ]) {
    const said = (await verify(request({ headers }), nowMs)) as EdgeIdentity | Refusal
    const values = "refused" in said ? said : said.values
    const before = seen.indexOf(values)
    seen.push(values)
    lines.push(`edge after others, ${shown(headers)}: ${outcome(values)}${before < 0 ? "" : `, as ${before}`}`)
  }
  return lines
}

function mintedLines(): readonly string[] {
  const headers: EdgeHeaders = {
    user: "X-User",
    groups: { name: "X-Groups", format: "csv", dn: "cn" },
    mail: { name: "X-Mail", optional: true },
    teams: { name: "X-Teams", format: "base64url", optional: true },
  }
  const claims = { sub: "alice", groups: ["CN=Ops,DC=x", "Dev"] }
  const changes: readonly object[] = [
    {},
    ...["bob", "", " ", " alice ", "a,b", undefined, null, 7, ["alice"], {}, "a\n", "\ud800", "x".repeat(10_241)].map(
      (sub) => ({ sub }),
    ),
    ...[
      [],
      ["Ops"],
      ["CN=Ops,DC=x", "Dev", "Admins"],
      ["CN=Ops,DC=x", "Devs"],
      ["Ops", 7],
      [""],
      [" "],
      ["a\u0000"],
      ["CN=a,DC"],
      "Ops,Dev",
      '"a',
      "",
      undefined,
      null,
      7,
      {},
      [["Ops"]],
    ].map((groups) => ({ groups })),
    ...["a@b", "\u00e9", "", undefined, null, 7, ["a@b"], "a\tb"].map((mail) => ({ mail })),
    ...["T3Bz", "T3Bz=", "Ops", "", ["Ops"]].map((teams) => ({ teams })),
  ]
  const scanned = (map: { readonly [name: string]: string }) => new Map(Object.entries(map))
  const read = compileMinted(headers)
  const ask = (
    said: object,
    beside: { readonly [name: string]: string } = {},
    mapped: Asserted["claims"] = {},
  ): EdgeValues | Refusal => {
    const principal = { id: "edge|alice", claims: said } as unknown as Principal
    return read({ principal, claims: mapped }, scanned(beside))
  }
  const sameAgain = (): string => {
    const [first, second] = [ask({ ...claims }), ask({ ...claims })]
    return first === second ? "the same again" : "another again"
  }
  const besides = [
    ...[
      { "x-user": "alice" },
      { "x-user": "bob" },
      { "x-user": "" },
      { "x-groups": "Ops,Dev" },
      { "x-groups": "Dev,Ops" },
    ],
    ...[
      { "x-groups": "Ops" },
      { "x-groups": '"a' },
      { "x-groups": '"CN=Ops,DC=x",Dev' },
      { "x-mail": "a@b" },
      { "x-other": "a" },
    ],
    ...[
      { "x-user": "alice", "x-groups": "Ops,Dev" },
      { "x-user": "alice", "x-groups": "Ops" },
    ],
  ] as readonly { readonly [name: string]: string }[]
  const mappings: readonly Asserted["claims"][] = [
    { user: "upn" },
    { user: ["profile", "name"] },
    { groups: "memberOf" },
    { groups: ["profile", "groups"] },
    { mail: "sub" },
    { user: "nothing" },
    Object.create({ user: "upn" }) as Asserted["claims"],
  ]
  const rich = { ...claims, upn: "carol", memberOf: ["Ops"], profile: { name: "dave", groups: ["Dev"] } }
  return [
    ...changes.flatMap((change) => [
      `minted with ${shown(change)}: ${attempt(() => ask({ ...claims, ...change }))}`,
      `  then as before: ${attempt(() => ask(claims))}, ${sameAgain()}`,
    ]),
    ...besides.map((beside) => `minted beside ${shown(beside)}: ${attempt(() => ask(claims, beside))}`),
    ...besides.map(
      (beside) => `minted wrong beside ${shown(beside)}: ${attempt(() => ask({ ...claims, sub: 7 }, beside))}`,
    ),
    ...mappings.map((mapped) => `minted, claims ${shown(mapped)}: ${attempt(() => ask(rich, {}, mapped))}`),
  ]
}

function principalLines(): readonly string[] {
  const spell = createSpellings(["Ops", "CN=Dev,DC=x"])
  const identities: readonly object[] = [
    { user: "alice" },
    {
      user: "alice",
      groups: ["ops", "cn=dev,dc=X", "z"],
      roles: ["r"],
      scopes: ["s"],
      permissions: ["p"],
      mail: "a@b",
    },
    { user: "alice", groups: "ops", roles: "r", scopes: "s", permissions: "p" },
    { user: "alice", sub: "bob" },
    ...[
      "",
      " ",
      "a|b",
      "\u00e9",
      "a%b",
      "a".repeat(255),
      "a".repeat(256),
      "a".repeat(1000),
      "é".repeat(200),
      "é".repeat(255),
      "a\u0000",
      "\ud800",
    ].map((user) => ({ user })),
    ...[undefined, ["alice"], 7].map((user) => ({ user })),
  ]
  const lines = identities.map((values) => {
    const make = compileIdentity(spell)
    const identity = { values, expiresAt: 10 } as unknown as EdgeIdentity
    const made = make(identity)
    const again = make(identity)
    const later = make({ ...identity, expiresAt: 20 })
    const same = again === made ? "the same again" : "another again"
    return `identity ${shown(values)}: ${outcome(made)}, ${same}; later ${outcome(later)}, ${Object.isFrozen(made)}`
  })
  const principal = {
    ...{ id: "i|alice", issuer: "i", provider: "oidc", subject: "alice", kind: "user", expiresAt: 5 },
    ...{
      scopes: ["s"],
      roles: ["r"],
      groups: ["g"],
      permissions: ["p"],
      claims: { sub: "alice", profile: { name: "bob" } },
    },
  } as unknown as Principal
  const add = (subjectClaim: string | readonly string[], said: Principal, values: object): string => {
    const attributes = compileAttributes(subjectClaim, ["user", "groups", "mail"], spell)
    const identity = { values, expiresAt: 10 } as unknown as EdgeIdentity
    const made = attributes(said, identity)
    const again = attributes(said, { ...identity, values: { ...identity.values } })
    const other = attributes(said, { ...identity, values: { ...identity.values, mail: "other" } })
    const text = `${outcome(made)}${"refused" in made ? "" : ` with ${Object.keys(made.claims).join(", ")}`}`
    return `${text}, ${made === again ? "the same again" : "another again"}, ${other === made ? "the same" : "another"} with other mail`
  }
  const attributes: readonly (readonly [
    name: string,
    subject: string | readonly string[],
    principal: Principal,
    values: object,
  ])[] = [
    ["the same user", "sub", principal, { user: "alice" }],
    ["another user", "sub", principal, { user: "bob" }],
    ["another case", "sub", principal, { user: "Alice" }],
    ["a claim inside", ["profile", "name"], principal, { user: "bob" }],
    ["no claim", "upn", principal, { user: "alice" }],
    ["an empty claim", "sub", { ...principal, claims: { sub: "" } }, { user: "" }],
    ["a claim that is no text", "sub", { ...principal, claims: { sub: 7 } }, { user: 7 }],
    [
      "all lists",
      "sub",
      principal,
      { user: "alice", groups: ["ops", "g"], roles: ["r", "q"], permissions: ["x"], scopes: ["t"] },
    ],
    ["empty lists", "sub", principal, { user: "alice", groups: [], roles: [], permissions: [] }],
    ["attributes", "sub", principal, { user: "alice", mail: "a@b", other: "x" }],
    [
      "a claim of the token like an attribute",
      "sub",
      { ...principal, claims: { sub: "alice", "edge:mail": "x" } },
      { user: "alice", mail: "a@b" },
    ],
    [
      "such a claim without the attribute",
      "sub",
      { ...principal, claims: { sub: "alice", "edge:mail": "x" } },
      { user: "alice" },
    ],
    ["entitled to nothing", "sub", { ...principal, roles: [], entitledToNothing: true }, { user: "alice" }],
    [
      "entitled to nothing, but a role",
      "sub",
      { ...principal, roles: [], entitledToNothing: true },
      { user: "alice", roles: ["r"] },
    ],
  ]
  const received = [
    [],
    ["z"],
    ["Ops"],
    ["ops", "OPS"],
    ["z", "ops"],
    ["Ops", "z", "Z"],
    ["CN=dev,dc=x"],
    ["cn=Dev+o=y"],
    ["z", "z"],
  ]
  const rules: readonly (readonly string[])[] = [[], ["Ops"], ["Ops", "OPS"], ["CN=Dev,DC=x"], ["CN=dev\\,x", "ops"]]
  return [
    ...lines,
    ...attributes.map(([name, subject, said, values]) => `attributes ${name}: ${add(subject, said, values)}`),
    `attribute claim: ${attributeClaim("mail")}`,
    ...rules.flatMap((named) =>
      received.map((list) => {
        const spelled = createSpellings(named)(list)
        const once = spellOnce(createSpellings(named))
        const [first, second] = [once(list), once(list)]
        const kept = spelled === list ? ", as it was" : ""
        const keptOnce = first === list ? ", as it was" : ""
        return `spelled ${shown(list)} for ${shown(named)}: ${shown(spelled)}${kept}; once ${shown(first)}${keptOnce}, ${shown(second)}`
      }),
    ),
  ]
}

/** One line for each header, identity and principal. */
export async function knownIdentities(): Promise<readonly string[]> {
  return [...scanLines(), ...(await edgeLines()), ...mintedLines(), ...principalLines()]
}
