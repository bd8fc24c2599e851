// What an edge costs a request: evidence and mapping with 20 groups, over the same request authenticated by a token from
// the cache; and how decoding grows with the length of a value. Exit code 1 when a figure is over its budget.

import { sign as cryptoSign } from "node:crypto"
import { cpus } from "node:os"
import { compileHeaders } from "../src/edge/header-options.ts"
import { type EdgeOptions, signEdgeRequest } from "../src/edge.ts"
import { type AuthorizerConfig, createAuthorizer } from "../src/index.ts"
import { bareMicros, bareVerifications, microsOf } from "./pace.ts"
import { publish, type ResultRow } from "./results.ts"
import { lowQuarter, median } from "./statistics.ts"
import { audience, benchKey, issuer } from "./tokens.ts"

const rows: ResultRow[] = []
const keyHex = "e270f4e63ef29495044fae84349f1b94e925c12365f8bb70db0ee3ef71df56f1"
const variable = "HALLPASS_BENCH_EDGE_KEYS"
process.env[variable] = JSON.stringify({ k1: keyHex })
const key = Buffer.from(keyHex, "hex")
const host = "api.example.com"
const path = "/prod/orders/7"
const nowMs = Date.now()
const unixSeconds = Math.floor(nowMs / 1000)
/** Few requests a round and many rounds: the subjects take turns so often that all have the same share of what disturbs. */
const [perRound, warmUpRounds, rounds] = [8, 1500, 2500]
const clock = (): number => nowMs

const groups = (count: number): string =>
  `| ${Array.from({ length: count }, (_, index) => `CN=Group ${index},OU=Groups,OU=Corp,DC=corp,DC=example`).join(" | ")} |`
const groupNames = Array.from({ length: 20 }, (_, index) => `Group ${index}`)
const edgeIssuer = "https://bigip.example"
const bench = benchKey("RS256")
const edgeHeaders = { user: "x-edge-user", groups: { name: "x-edge-groups", format: "apm-list", dn: "cn" } } as const

const routes: AuthorizerConfig["routes"] = { "GET /orders/{id}": {}, "POST /orders": { groups: ["Group 7"] } }
const tokenIssuer = { provider: "oidc", issuer, audience, jwks: { keys: [bench.jwk] } } as const
const edge = (evidence: EdgeOptions["evidence"]): AuthorizerConfig => ({
  issuers: [],
  routes,
  gateway: { resultTtlSeconds: 0 },
  edge: { role: "identity", headers: edgeHeaders, evidence },
})

/** As the runtime parses it from JSON: with strings that are in one piece. */
function event(headers: { readonly [name: string]: string }): unknown {
  const built = {
    type: "REQUEST",
    methodArn: "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/orders/7",
    resource: "/orders/{id}",
    path: "/orders/7",
    httpMethod: "GET",
    headers: { ...usual, ...headers },
    multiValueHeaders: Object.fromEntries(Object.entries({ ...usual, ...headers }).map(([name, one]) => [name, [one]])),
    queryStringParameters: {},
    multiValueQueryStringParameters: {},
    pathParameters: { id: "7" },
    stageVariables: {},
    requestContext: {
      ...{
        resourceId: "w567jh",
        resourcePath: "/orders/{id}",
        httpMethod: "GET",
        path,
        domainName: host,
        stage: "prod",
      },
      ...{ extendedRequestId: "ZhFsxGQDDoEEMig=", requestId: "141d6671", apiId: "abc123", accountId: "123456789012" },
      identity: { sourceIp: "192.0.2.1", userAgent: "bench" },
    },
  }
  return JSON.parse(JSON.stringify(built)) as unknown
}

/** What comes with most requests besides. */
const usual = {
  Accept: "application/json",
  "Accept-Encoding": "gzip, deflate, br",
  "Accept-Language": "en",
  Host: host,
  "User-Agent": "Mozilla/5.0 (X11; Linux x86_64)",
  "X-Amzn-Trace-Id": "Root=1-5f8d0f55-0a0b0c0d0e0f101112131415",
  "X-Forwarded-For": "192.0.2.1",
  "X-Forwarded-Port": "443",
  "X-Forwarded-Proto": "https",
}

interface Subject {
  readonly name: string
  readonly config: AuthorizerConfig
  readonly events: readonly unknown[]
}

/** Seconds of evidence for each user: the next request of a user never has the one before's. */
const seconds = 3

/** Requests of so many users, each with its own groups. The authorizer keeps the decoded headers of 1000 users. */
function signed(users: number): readonly unknown[] {
  return Array.from({ length: users * seconds }, (_, at) => {
    const index = at % users
    const name = `user-${index}`
    const headers = { "x-edge-user": name, "x-edge-groups": groups(19).replace("|", `| ${name}s |`) }
    const signature = signEdgeRequest({
      keyId: "k1",
      key,
      unixSeconds: secondOf(at, users),
      method: "GET",
      host,
      path,
      headers,
    })
    return event({ ...headers, "x-edge-signature": signature })
  })
}
const secondOf = (at: number, users: number): number => unixSeconds - Math.floor(at / users)
const [again, first] = [signed(200), signed(1500)]
const withTokens = Array.from({ length: 200 }, (_, index) => {
  const claims = { iss: issuer, sub: `user-${index}`, exp: unixSeconds + 3600, scope: "orders:read" }
  return event({ ...usual, Authorization: `Bearer ${mint({ ...claims, aud: audience, groups: groupNames })}` })
})

const subjects: readonly Subject[] = [
  {
    name: "without edge, token cached",
    config: { issuers: [tokenIssuer], routes, gateway: { resultTtlSeconds: 0 } },
    events: withTokens,
  },
  {
    name: "edge-v1 HMAC, 20 groups",
    config: edge([{ hmac: { header: "x-edge-signature", keys: { env: variable } } }]),
    events: again,
  },
  {
    name: "edge-v1 HMAC, user not seen lately",
    config: edge([{ hmac: { header: "x-edge-signature", keys: { env: variable } } }]),
    events: first,
  },
  {
    name: "fresh JWS, 20 groups",
    config: {
      ...edge([{ jws: { header: "x-edge-identity", issuer: { ...tokenIssuer, issuer: edgeIssuer } } }]),
      cache: { maxTokens: 0 },
    },
    events: minted(400),
  },
  {
    name: "fresh JWS, user not seen lately",
    config: {
      ...edge([{ jws: { header: "x-edge-identity", issuer: { ...tokenIssuer, issuer: edgeIssuer } } }]),
      cache: { maxTokens: 0 },
    },
    events: minted(1500),
  },
]

/** Tokens of so many users, as good as never seen: the cache is off. What 1000 users' tokens said is remembered. */
function minted(users: number): readonly unknown[] {
  return Array.from({ length: users * seconds }, (_, at) => {
    const index = at % users
    const iat = secondOf(at, users)
    const claims = { iss: edgeIssuer, sub: `user-${index}`, iat, exp: iat + 10 }
    const own = [`Group of ${index}`, ...groupNames.slice(1)]
    return event({ "x-edge-identity": mint({ ...claims, aud: audience, groups: own }) })
  })
}

function mint(claims: object): string {
  const text = `${encoded({ alg: "RS256", kid: bench.jwk.kid, typ: "JWT" })}.${encoded(claims)}`
  return `${text}.${sign(text)}`
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url")
}

function sign(text: string): string {
  return cryptoSign("sha256", Buffer.from(text), bench.privateKey).toString("base64url")
}

async function main(): Promise<void> {
  console.log(`node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}`)
  const contenders = subjects.map(({ name, config, events }) => ({
    ...{ name, events, microseconds: [] as number[] },
    authorizer: createAuthorizer(config, { clock }),
  }))
  for (const { name, authorizer, events } of contenders) {
    const [event] = events
    const { reason } = await authorizer.decide(event)
    if (reason !== "ok") throw new Error(`${name} answers ${reason}`)
  }
  const bare = bareVerifications()
  const bares: number[] = []
  for (let round = 0; round < rounds; round++) {
    const microseconds = microsOf(bare, perRound)
    if (round >= warmUpRounds) bares.push(microseconds)
    for (const { authorizer, events, microseconds } of contenders) {
      const some = Array.from({ length: perRound }, (_, index) => events[(round * perRound + index) % events.length])
      const started = nowMicroseconds()
      for (const each of some) await authorizer.handler(each)
      if (round >= warmUpRounds) microseconds.push((nowMicroseconds() - started) / perRound)
    }
  }
  const undisturbed = lowQuarter(bares)
  const pace = undisturbed / bareMicros
  console.log(`  ${"bare crypto.verify, RS256".padEnd(36)} ${us(undisturbed)}`)
  for (const { name, microseconds } of contenders) {
    console.log(`  ${name.padEnd(36)} ${us(lowQuarter(microseconds))} (median ${us(median(microseconds))})`)
  }
  console.log(
    `  at the pace of a machine whose bare verification takes ${bareMicros} µs, over the request without edge:`,
  )
  const [without = 0, ...others] = contenders.map(({ microseconds }) => lowQuarter(microseconds) / pace)
  const [hmac = 0, unseen = 0, jws = 0, unseenJws = 0] = others.map((each) => each - without)
  console.log(`  first request of a user, or of new groups: HMAC ${us(unseen)}, JWS ${us(unseenJws)}`)
  for (const [name, value] of Object.entries({ HMAC: unseen, JWS: unseenJws }))
    rows.push({ case: `${name}, first request of a user`, subject: "hallpass", value, unit: "us" })
  const checks = [figure("HMAC evidence and mapping", hmac, 15), figure("fresh JWS and mapping", jws, 30), ...growth()]
  const good = checks.every(Boolean)
  publish("edge", rows)
  console.log(good ? "within budget" : "over budget: see above")
  process.exitCode = good ? 0 : 1
}

/** How the cost of one value grows with its length. Linear means: ten times as long, at most about ten times as slow. */
function growth(): boolean[] {
  const forms = {
    "apm-list of DNs": { text: groups(130), dn: "dn" },
    "apm-list of hex": {
      text: `| ${Array.from({ length: 250 }, () => `0x${"c3a9".repeat(9)}`).join(" | ")} |`,
      dn: "raw",
    },
    "apm-list of escapes": { text: `| CN=${"\\,".repeat(5100)} |`, dn: "dn" },
    "apm-list of bars": { text: "|".repeat(10_240), dn: "dn" },
  } as const
  return Object.entries(forms).flatMap(([name, { text, dn }]) => {
    const { read } = compileHeaders({ groups: { name: "x-edge-groups", format: "apm-list", dn } })
    const costs = [1024, 2048, 5120, 10_240].map((length) => ({
      length,
      microseconds: decoding(read, text.slice(0, length)),
    }))
    console.log(
      `  ${name}: ${costs.map(({ length, microseconds }) => `${length / 1024} KB ${us(microseconds)}`).join(", ")}`,
    )
    const [first, , , last] = costs
    return [figure(`${name}, 10 KB over 1 KB`, (last?.microseconds ?? 0) / (first?.microseconds ?? 1), 20, "times")]
  })
}

function decoding(read: ReturnType<typeof compileHeaders>["read"], text: string): number {
  const scanned = new Map([["x-edge-groups", text]])
  const times: number[] = []
  for (let round = -100; round < 100; round++) {
    const started = nowMicroseconds()
    for (let i = 0; i < 10; i++) read(scanned)
    if (round >= 0) times.push((nowMicroseconds() - started) / 10)
  }
  return lowQuarter(times)
}

function nowMicroseconds(): number {
  return Number(process.hrtime.bigint()) / 1000
}

/** Prints one figure beside its budget. True when it holds. */
function figure(name: string, value: number, most: number, unit = "µs"): boolean {
  const row = { case: name, subject: "hallpass", value, budget: most, holds: value <= most }
  rows.push(unit === "times" ? { ...row, unit: "count", ratio: value, ratioTo: "1 KB" } : { ...row, unit: "us" })
  console.log(
    `  ${name.padEnd(38)} ${value.toFixed(2).padStart(9)} ${unit.padEnd(5)} budget ${Number(most.toFixed(1))}`,
  )
  return value <= most
}

function us(value: number): string {
  return `${value.toFixed(1)} µs`
}

process.stdout.on("error", () => process.exit()) // a reader that has seen enough is no error
await main()
