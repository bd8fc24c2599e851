// Part of every input is a text that a terminal would interpret. None of it may reach standard output or standard error.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda"
import { CORE_SCHEMA, load } from "js-yaml"
import { afterEach, describe, expect, it, vi } from "vitest"
import { sampleEvent } from "../../local/table/event.ts"
import { commands } from "../../src/cli/commands.ts"
import { exportIstio } from "../../src/mesh.ts"
import { createTestIssuer } from "../../src/testing.ts"
import { mockClient } from "../support/aws-clients.ts"
import { isLong } from "../support/seed.ts"
import { account, functionArn } from "./account.ts"
import { serve } from "./hallpass.ts"
import { evil, expectHarmless, hostile, hostileDocuments, run } from "./hostile-text.ts"
import { command, file, folder } from "./in-process.ts"

const issuer = createTestIssuer({ provider: "okta", audience: "api://orders", roles: "roles", groups: "groups" })
const iss = "https://test.okta.com/oauth2/default"
const routes = {
  "GET /orders/{id}": { scopes: ["orders:read"], kind: "user" },
  "POST /orders": { roles: { any: ["editor"] }, issuers: [iss] },
  "ANY /admin/{proxy+}": { anyOf: [{ groups: ["ops"] }, { claims: [{ path: "department", equals: "ops" }] }] },
  "GET /health": {},
}
const configuration = {
  issuers: [{ ...issuer.config, require: { department: "ops" } }],
  routes,
  unmatched: "deny",
  gateway: { resultTtlSeconds: 300, identitySources: ["token"], responses: "policy" },
  credential: { header: "Authorization", scheme: "Bearer" },
  principalId: "department",
  context: { email: "email" },
  observe: { path: "template" },
}
const claims = { scp: ["orders:read"], department: "ops", sub: "ann", email: "ann@example.com" }
const config = file("sound.json", configuration)
const claimsFile = file("claims.json", claims)
const arn = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders/7"
const cases = {
  callers: { reader: { claims: { scp: ["orders:read"], department: "ops" } } },
  tests: [{ caller: "reader", request: "GET /orders/7", expect: "forbidden" }],
  matrix: { "POST /orders": { reader: "allow", nobody: "unauthenticated" } },
}
const casesFile = file("cases.json", cases)
const target = ["--account", "123456789012", "--region", "eu-west-1", "--api-id", "a1b2c3d4e5"]
const log = { requestTimeEpoch: 1_795_900_000_000, httpMethod: "GET", resourcePath: "/orders/{id}", status: "200" }
const logFile = file("access.json", log)
const example = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))
const uri = `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`
const template = {
  Resources: {
    Shop: {
      Type: "AWS::Serverless::Api",
      Properties: {
        StageName: "prod",
        Auth: {
          DefaultAuthorizer: "Hallpass",
          Authorizers: { Hallpass: { FunctionArn: functionArn, Identity: { ReauthorizeEvery: 300 } } },
        },
      },
    },
    Backend: {
      Type: "AWS::Serverless::Function",
      Properties: {
        Events: {
          Read: { Type: "Api", Properties: { RestApiId: { Ref: "Shop" }, Path: "/orders/{id}", Method: "get" } },
          Open: {
            Type: "Api",
            Properties: { RestApiId: { Ref: "Shop" }, Path: "/health", Method: "get", Auth: { Authorizer: "NONE" } },
          },
        },
      },
    },
  },
}
const resource = (type: string, values: object): object => ({
  ...{ address: `${type}.shop`, mode: "managed", type, name: "shop", values },
})
const plan = {
  format_version: "1.2",
  planned_values: {
    root_module: {
      resources: [
        resource("aws_apigatewayv2_api", { name: "shop", protocol_type: "HTTP", body: null }),
        resource("aws_apigatewayv2_authorizer", { name: "hallpass", authorizer_type: "REQUEST", authorizer_uri: uri }),
        resource("aws_apigatewayv2_route", { route_key: "GET /orders/{id}", authorization_type: "CUSTOM" }),
        resource("aws_api_gateway_rest_api", { name: "old", body: 'openapi: 3.0.1\npaths: { "/x": { get: {} } }' }),
      ],
    },
  },
}
const jwt = { issuer: "https://id.example", audiences: ["a"], remoteJwks: { url: "https://id.example/keys" } }
const authConfig = {
  ...{ apiVersion: "enterprise.gloo.solo.io/v1", kind: "AuthConfig", metadata: { name: "orders" } },
  spec: { configs: [{ oauth2: { accessTokenValidation: { jwt } } }] },
}
const snapshot = {
  takenAt: "2026-11-30T00:00:00Z",
  sets: { "https://a.example": { keys: [{ kty: "RSA", kid: "1" }] } },
}
const summaries = [
  [
    "check",
    {
      sound: false,
      problems: [{ path: "routes", message: "m", remedy: "r" }],
      conflicts: [{ routes: ["a", "b"], example: "c" }],
      warnings: [{ path: "p", message: "m" }],
      api: { findings: [{ severity: "error", route: "GET /x", message: "m", remedy: "r" }] },
    },
  ],
  [
    "test",
    {
      ...{ passed: 0, failed: 1, coverage: { uncovered: ["GET /x"] } },
      cases: [
        { name: "n", ok: false, expected: { outcome: "allow", reason: "ok" }, got: "forbidden", route: "GET /y" },
      ],
    },
  ],
  [
    "diff",
    {
      changes: [{ route: "r", change: "opened", caller: "c", witness: { request: "q" }, after: { reason: "ok" } }],
      settings: [{ path: "p", before: "b", after: "a" }],
    },
  ],
] as const

const check = ["check", "-c", "@"]
/** What else reads a configuration and nothing else from outside. */
const readers: readonly (readonly string[])[] = [
  ["explain", "-c", "@", "--claims", claimsFile, "--request", "GET /orders/7"],
  ["test", casesFile, "-c", "@"],
  ["diff", "@", config],
  ["diff", config, "@"],
  ["matrix", "-c", "@"],
  ["matrix", "-c", "@", "--format", "csv"],
  ["matrix", "-c", "@", "--format", "markdown"],
  ["simulate", "-c", "@", "--caller", claimsFile, "--compare", "star", "GET /orders/7", "POST /orders"],
  ["hash", "-c", "@", "--token", issuer.token(claims)],
  ["policy", "-c", "@", "--arn", arn, "--token", issuer.token(claims)],
  ["unused", logFile, "-c", "@", "--at", "2026-11-30T00:00:00Z", "--days", "1"],
  ["generate", "mappings", "-c", "@"],
  ["generate", "invoke-policy", "-c", "@", ...target],
  ...["istio", "envoy", "gloo", "nginx"].map((name) => ["export", name, "-c", "@", "--on-unsupported", "comment"]),
  ["export", "nginx", "-c", "@"],
  ["doctor", "-c", "@"],
  ["snapshot", "-c", "@", "--out", "-"],
]

// What init writes is not read here, and some file systems write a file to the disk at once if it was emptied first.
const nowhere = join(folder, "new.json")
for (const path of [nowhere, join(folder, "cases.yaml")]) symlinkSync("/dev/null", path)
const init = ["init", "--provider", "okta", "--domain", "a.okta.com", "--audience", "a", "--api", "http"]

/** Other inputs: a sound document, and the command lines that read a file with it (`@`). */
const documents: readonly (readonly [what: string, document: unknown, ...lines: (readonly string[])[]])[] = [
  [
    "cases",
    cases,
    ["test", "@", "-c", config],
    ["test", "@", "-c", config, "--junit", "-"],
    ["matrix", "-c", config, "--cases", "@"],
    ["matrix", "-c", config, "--cases", "@", "--format", "csv"],
    ["matrix", "-c", config, "--cases", "@", "--format", "markdown"],
    ["simulate", "-c", config, "--cases", "@", "--caller", "reader", "GET /orders/7"],
    ["simulate", "-c", config, "--cases", "@", "--caller", `writer${evil}`, "GET /orders/7"],
  ],
  [
    "claims",
    { ...claims, iss },
    ["explain", "-c", config, "--claims", "@", "--request", "GET /orders/7"],
    ["explain", "-c", config, "--claims", "@", "--request", "POST /orders", "--hide-values"],
    ["simulate", "-c", config, "--caller", "@", "GET /orders/7"],
  ],
  ["an event", sampleEvent("http-2.0"), ["explain", "-c", config, "--event", "@"]],
  ["an event", sampleEvent("rest-request"), ["explain", "-c", config, "--event", "@"]],
  [
    "a record",
    {
      ...{ outcome: "forbidden", reason: "scope_missing", route: "GET /orders/{id}", method: "GET", path: "/orders/7" },
      ...{ issuer: iss, eventKind: "rest-token", missing: { scopes: ["orders:read"] } },
    },
    ["explain", "-c", config, "--record", "@"],
  ],
  [
    "a line of an access log",
    {
      ...{ requestId: "r", httpMethod: "GET", path: "/prod/orders/7", resourcePath: "/orders/{id}", stage: "prod" },
      ...{ status: "403", answer: "v1.00000000.gA", errorResponseType: "ACCESS_DENIED", authorizerRequestId: "a" },
      ...{ reason: "scope_missing", principalId: "ann", errorMessage: "no" },
    },
    ["explain", "-c", config, "--access-log", "@"],
    ["unused", "@", "-c", config],
  ],
  ["results of a query", { results: [[{ field: "routeKey", value: "GET /x" }]] }, ["unused", "@", "-c", config]],
  [
    "a principal",
    {
      issuer: "https://a.example",
      subject: "ann",
      kind: "user",
      scopes: ["orders:read"],
      claims: { department: "ops" },
    },
    ["policy", "-c", config, "--arn", arn, "--principal", "@"],
  ],
  [
    "an OpenAPI document",
    load(readFileSync(example("openapi/http-api.yaml"), "utf8"), { schema: CORE_SCHEMA, maxDepth: 100 }),
    ["routes", "@"],
    ["check", "-c", config, "--api", "@"],
    ["check", "--api", "@", "--authorizer", `other${evil}`],
    [...init, "--openapi", "@", "--out", nowhere, "--force"],
  ],
  ["a template", template, ["check", "-c", config, "--api", "@"]],
  ["an AuthConfig of Gloo", authConfig, ["import", "gloo", "@"]],
  ["a plan of Terraform", plan, ["check", "-c", config, "--api", "@"]],
  ["a snapshot", snapshot, ["bundle", "-c", config, "--snapshot", "@", "--out", folder]],
  ...summaries.map(([name, document]) => [`the output of ${name}`, document, ["summary", `--${name}`, "@"]] as const),
]

/** The lines whose turn it is with one of many documents: a third, so that each meets places of all kinds. A long run: all. */
const inTurn = (lines: readonly (readonly string[])[], turn: number): readonly (readonly string[])[] =>
  isLong ? lines : lines.filter((_, at) => (turn + at) % Math.min(3, lines.length) === 0)

/** Text and JSON take turns as well. */
const formInTurn = (turn: number): Parameters<typeof run>[1] =>
  isLong ? {} : { forms: [turn % 4 < 2 ? "text" : "json"] }

const on = (path: string, words: readonly string[]): readonly string[] =>
  words.map((word) => (word === "@" ? path : word))

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe("nothing of an input is interpreted by the terminal", () => {
  it.each(["json", "yaml"] as const)("a configuration in %s, in every command that reads one", async (ending) => {
    for (const words of [check, ...readers])
      expect((await run(on(config, words))).code, words.join(" ")).toBeLessThan(2)
    let turn = 0
    for (const path of hostile(configuration, ending)) {
      const form = formInTurn(turn)
      const { code } = await run(on(path, check), form)
      // All read YAML as check does, and refuse what it refuses in the same way: one more command shows it.
      const lines = code === 0 && ending === "json" ? inTurn(readers, turn) : readers.slice(0, 1)
      for (const words of lines) await run(on(path, words), form)
      turn++
    }
  })

  it.each(documents.map(([what, document, ...lines]) => ({ what, document, lines })))(
    "$what",
    async ({ what, document, lines }) => {
      const sound = file("document.json", document)
      const { code } = await run(on(sound, lines[0] ?? []))
      if (what !== "a snapshot") expect(code).toBeLessThan(2)
      if (what === "an OpenAPI document") expect((await run(on(sound, lines.at(-1) ?? []))).code).toBe(0)
      let turn = 0
      for (const path of hostile(document)) {
        for (const words of inTurn(lines, turn)) await run(on(path, words), formInTurn(turn))
        turn++
      }
    },
  )

  it("a token: header, claims, and a text that is no token", async () => {
    const [header = "", , signature = ""] = issuer.token(claims).split(".")
    const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")
    const headers = ["alg", "kid", "typ", "x"].map((name) => segment({ alg: "RS256", typ: "JWT", [name]: evil }))
    const tokens = [
      ...headers.map((each) => `${each}.${segment(claims)}.${signature}`),
      ...["iss", "sub", "aud", "exp", "scp", "department", evil].map((name) =>
        issuer.token({ ...claims, [name]: evil }),
      ),
      `${header}.${segment({ iss, sub: evil, aud: evil })}.${signature}`,
      `${header}.${Buffer.from(evil).toString("base64url")}.${signature}`,
      evil.replaceAll(/\s/g, ""),
    ]
    for (const token of tokens) {
      await run(["explain", "-c", config, "--token", token, "--request", "GET /orders/7"])
      await run(["explain", "-c", config, "--token", token, "--request", "POST /orders", "--hide-values"])
      await run(["policy", "-c", config, "--token", token, "--arn", arn])
      await run(["hash", "--token", token])
      await run(["hash", "--token", token, "-c", config])
      await run(["doctor", "-c", config, "--token", token])
    }
  })

  it("what is written on the command line, and names of files", async () => {
    await run(["explain", "-c", config, "--claims", claimsFile, "--request", `GET /orders/${evil}`])
    await run(["simulate", "-c", config, "--caller", "nobody", `GET /orders/${evil}`, `GET /orders/\u001b[31m7\u009b`])
    await run(["generate", "mappings", evil, "-c", config])
    await run(["generate", "resource-policy", "-c", config, ...target, "--cidr", evil])
    await run(["export", "istio", "-c", config, "--selector", evil, "--selector", `app=${evil}`])
    await run(["invoke", file(`event${evil.replaceAll("/", "")}.json`, {}), "--bundle", evil])
    for (const option of ["--config", "--cases", "--caller", "--every"])
      await run(["simulate", "--config", config, "--caller", "nobody", option, evil, "GET /orders/7"])
    for (const name of ["routes", "summary", "schema", "hash", "init", "doctor", "dev", "bundle", "unused", evil])
      await command([Object.hasOwn(commands, name) ? name : "check", evil]).then(({ stdout, stderr }) =>
        expectHarmless(stdout + stderr, name),
      )
  })

  it("the documents of an issuer", async () => {
    const keySet = { keys: [{ kty: "RSA", kid: "k", use: "sig", alg: "RS256", n: "AQAB", e: "AQAB" }] }
    const documents: { [path: string]: unknown } = {}
    const origin = await serve(documents)
    const metadata = {
      ...{ issuer: origin, jwks_uri: `${origin}/keys`, token_endpoint: `${origin}/token` },
      id_token_signing_alg_values_supported: ["RS256"],
    }
    const path = file("remote.json", {
      issuers: [{ provider: "oidc", issuer: origin, audience: "a", discoveryUrl: `${origin}/metadata` }],
      keys: { allowHttpLoopback: true },
    })
    const token = issuer.token({ iss: origin })
    const look = async (): Promise<void> => {
      await run(["doctor", "-c", path])
      await run(["snapshot", "-c", path, "--out", "-"])
      await run(["explain", "-c", path, "--token", token, "--request", "GET /orders/7"], { terminal: true })
    }
    for (const document of hostileDocuments(metadata)) {
      Object.assign(documents, { "/metadata": document, "/keys": keySet })
      await look()
    }
    for (const document of hostileDocuments(keySet)) {
      Object.assign(documents, { "/metadata": metadata, "/keys": document })
      await look()
    }
  })

  it("an account of AWS, and a function of it", async () => {
    for (const name of ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "eu-west-1")
    const orders = file("orders.json", { issuers: [issuer.config], routes: { "GET /orders": { scopes: ["a"] } } })
    const state = account(evil)
    for (const id of ["rest1", "http1", "socket1"]) {
      await run(["attach", "-c", orders, "--api-id", id, "--function-arn", functionArn])
      await run(["attach", "-c", orders, "--api-id", id, "--function-arn", functionArn, "--replace", "--apply"])
    }
    await run(["check", "-c", orders, "--account"], { terminal: true })
    expect(state.calls()).not.toEqual([])
    const lambda = mockClient(LambdaClient)
    const settings = {
      Runtime: evil,
      Architectures: [evil],
      State: evil,
      StateReason: evil,
      Environment: { Variables: {} },
    }
    lambda.on(GetFunctionConfigurationCommand).resolves(settings as never)
    await run(["doctor", "-c", orders, "--function", "hallpass"])
    lambda.on(GetFunctionConfigurationCommand).rejects(Object.assign(new Error(evil), { name: evil }))
    await run(["doctor", "-c", orders, "--function", "hallpass"])
  })

  it("what a function answers and writes", async () => {
    const bundle = join(folder, "bundle")
    mkdirSync(bundle)
    const text = JSON.stringify(evil)
    const handlers = [
      `() => { console.log(JSON.stringify({ message: "request refused", outcome: ${text}, reason: ${text} })); return { [${text}]: ${text} } }`,
      `() => { const error = new Error(${text}); error.name = ${text}; throw error }`,
    ]
    for (const handler of handlers) {
      writeFileSync(
        join(bundle, "authorizer.mjs"),
        `console.log(JSON.stringify({ message: ${text}, error: { message: ${text} } })); export const handler = async ${handler}\n`,
      )
      const { code } = await run(["invoke", file("event.json", sampleEvent("rest-token")), "--bundle", bundle])
      expect(code).toBe(1)
    }
  })
})

describe("what is escaped stays the same for other programs", () => {
  const role = `ops${evil}`
  const path = file("roles.json", { issuers: [issuer.config], routes: { "GET /orders": { roles: [role] } } })

  it("JSON and YAML", async () => {
    const matrix = JSON.parse((await command(["matrix", "-c", path, "--json"])).stdout)
    expect(JSON.stringify(matrix)).toContain(JSON.stringify(role).slice(1, -1))
    const { stdout, code } = await command(["export", "istio", "-c", path])
    expect(code).toBe(0)
    expectHarmless(stdout, "export")
    const { documents } = exportIstio(JSON.parse(readFileSync(path, "utf8")))
    expect(stdout.split("---\n").map((text) => load(text, { schema: CORE_SCHEMA, maxDepth: 100 }))).toEqual(documents)
  })

  it("the configuration of an AuthConfig", async () => {
    const text = JSON.stringify(authConfig).replace('["a"]', JSON.stringify([role]))
    const { code, stdout } = await command(["import", "gloo", file("imported.json", text)])
    expect([code, JSON.parse(stdout).issuers[0].audience]).toEqual([0, role])
    expectHarmless(stdout, "import")
  })

  it("JUnit: XML has no control characters of C0; all others are references", async () => {
    const report = file("report.json", {
      tests: [{ name: "\u009b2J \u202e \u{e0041}", caller: "nobody", request: "GET /orders", expect: "allow" }],
    })
    const xml = join(folder, "junit.xml")
    await command(["test", report, "-c", path, "--junit", xml])
    expect(readFileSync(xml, "utf8")).toContain('name="&#155;2J &#8238; &#917569;"')
  })

  it("colours are those of the command only", async () => {
    vi.stubEnv("FORCE_COLOR", "1")
    vi.stubEnv("NO_COLOR", "")
    const cases = file("coloured.json", {
      tests: [{ name: "\u001b[32mPASS", caller: "nobody", request: "GET /orders", expect: "allow" }],
    })
    const { stdout } = await command(["test", cases, "-c", path])
    expect(stdout).toContain("\u001b[31mFAIL\u001b[39m \\u{1b}[32mPASS")
    expectHarmless(stdout.replaceAll("\u001b[31m", "").replaceAll("\u001b[39m", ""), "test")
  })
})
