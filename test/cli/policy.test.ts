import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, createAuthorizer, type PolicyAnswer, type RouteRule } from "../../src/index.ts"
import { oidcIssuer } from "../support/config.ts"
import { restToken } from "../support/events.ts"
import { issuer, mint } from "../support/mint.ts"
import { folder, hallpass } from "./hallpass.ts"

const stage = "arn:aws:execute-api:eu-west-1:123456789012:abc123def4/prod"
const arn = `${stage}/GET/orders/7`

/** Writes a file into the folder where the command runs, and returns its name. */
function file(name: string, content: unknown): string {
  writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content))
  return name
}
const routes: { [key: string]: RouteRule } = {
  "GET /orders/{id}": { scopes: ["orders:read"] },
  "POST /orders": { groups: ["Order Desk"] },
  "GET /batch": { kind: "app", issuers: [issuer], claims: [{ path: "tier", equals: 2 }] },
  $connect: { roles: ["chat"], permissions: ["talk"] },
}
const configuration: AuthorizerConfig = { issuers: [oidcIssuer({ permissions: "permissions" })], routes }
const config = file("authorizer.json", configuration)

/** A token of now: the command has no other clock. */
function token(changes: object = {}): string {
  const now = Math.floor(Date.now() / 1000)
  return mint({ iat: now - 60, exp: now + 3600, ...changes })
}
const policy = (args: readonly string[], input?: string): ReturnType<typeof hallpass> =>
  hallpass(["policy", "--config", config, ...args], {}, input)
const allowed = (stdout: string): readonly string[] =>
  (JSON.parse(stdout).Statement as { Effect: string; Resource: string[] }[])
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Resource }) => Resource.map((resource) => resource.slice(stage.length + 1)))

describe("hallpass policy --token", () => {
  it("prints the document that the authorizer answers, and the decision for the ARN's own route", async () => {
    const bearer = token()
    const { code, stdout, stderr } = await policy(["--token", bearer, "--arn", arn])
    const { handler, decide } = createAuthorizer(configuration)
    const event = restToken(`Bearer ${bearer}`, { path: "/orders/7" })
    const { policyDocument } = (await handler(event)) as PolicyAnswer
    const { principal } = await decide(event)
    expect({ code, document: JSON.parse(stdout) }).toEqual({ code: 0, document: policyDocument })
    expect(stderr).toBe(`principal  ${principal?.id}\nroute      GET /orders/{id}\ndecision   allow (ok)\n`)
  })

  it("prints it for a forbidden route, too: exit code 0, and the reason", async () => {
    const { code, stdout, stderr } = await policy(["--token", token(), "--arn", `${stage}/POST/orders`])
    expect({ code, allowed: allowed(stdout) }).toEqual({ code: 0, allowed: ["GET/orders/?*"] })
    expect(stderr).toContain("route      POST /orders\ndecision   forbidden (group_missing)\n")
  })

  it("- reads the token from standard input, and never prints it", async () => {
    const bearer = token()
    const { code, stdout, stderr } = await policy(["--token", "-", "--arn", arn], `${bearer}\n`)
    expect({ code, allowed: allowed(stdout) }).toEqual({ code: 0, allowed: ["GET/orders/?*"] })
    for (const segment of bearer.split(".")) expect(stdout + stderr).not.toContain(segment)
  })

  it.each<[string, () => string, string]>([
    ["expired", () => token({ exp: Math.floor(Date.now() / 1000) - 60 }), "The token has expired. (token_expired)"],
    ["forged", () => token().replace(/\.[^.]*$/, ".AAAA"), "(signature_invalid)"],
    ["for another API", () => token({ aud: "https://else.example" }), "(audience_mismatch)"],
    ["empty", () => "", "(token_malformed)"],
  ])("a token that is %s gets none: exit code 1, and the reason", async (_, make, text) => {
    const { code, stdout, stderr } = await policy(["--token", "-", "--arn", arn], make())
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toMatch(/^The token gets no policy: [^\n]+\n$/)
    expect(stderr).toContain(text)
  })

  it("keys that are out of reach decide nothing: exit code 1", async () => {
    const { jwks: _, ...away } = oidcIssuer({ jwksUri: "http://127.0.0.1:9/keys" }) // discard: nothing listens there
    const unreachable = file("away.json", { issuers: [away], keys: { allowHttpLoopback: true } })
    const { code, stdout, stderr } = await hallpass([
      ...["policy", "--config", unreachable, "--token", token(), "--arn", arn],
    ])
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toMatch(
      /^The token gets no policy: The issuer's keys could not be fetched.*\. \(keys_unavailable\)\n$/,
    )
  })
})

describe("hallpass policy --principal", () => {
  it.each<[string, object, string, string[], string]>([
    ["scopes", { scopes: ["orders:read"] }, "GET/orders/7", ["GET/orders/?*"], "allow (ok)"],
    ["groups", { groups: ["Order Desk"] }, "POST/orders", ["POST/orders", "POST/orders/"], "allow (ok)"],
    [
      "kind, issuer and claims",
      { kind: "app", issuer, claims: { tier: 2 } },
      "GET/batch",
      ["GET/batch", "GET/batch/"],
      "allow (ok)",
    ],
    ["roles and permissions", { roles: ["chat"], permissions: ["talk"] }, "$connect", ["$connect"], "allow (ok)"],
    ["nothing", {}, "GET/orders/7", [], "forbidden (scope_missing)"],
    ["a path that is in no route", { scopes: ["orders:read"] }, "GET/else", ["GET/orders/?*"], "(route_unmatched)"],
    ["a path with two readings", { scopes: ["orders:read"] }, "GET/orders//7", ["GET/orders/?*"], "(path_ambiguous)"],
  ])("is judged by its %s", async (_, principal, path, allow, decision) => {
    const args = ["--principal", "-", "--arn", `${stage}/${path}`]
    const { code, stdout, stderr } = await policy(args, JSON.stringify(principal))
    expect({ code, allowed: allowed(stdout) }).toEqual({ code: 0, allowed: allow })
    expect(stderr).toContain(decision)
  })

  it("takes a file, and a stage and partition from the ARN alone", async () => {
    const principal = file("principal.json", { issuer, subject: "canary", groups: ["Order Desk"] })
    const other = "arn:aws-cn:execute-api:cn-north-1:210987654321:zyx987/$default/POST/orders"
    const { stdout, stderr } = await policy(["--principal", principal, "--arn", other])
    expect(JSON.parse(stdout).Statement[0].Resource).toEqual([other, `${other}/`])
    expect(stderr).toContain(`principal  ${issuer}|canary\n`)
  })

  it("answers for the ARN's route where the gateway's key holds it, and says what simple responses are", async () => {
    const gateway = { resultTtlSeconds: 0, responses: "simple" }
    const byRoute = file("route.json", { ...configuration, gateway })
    const run = (path: string): ReturnType<typeof hallpass> =>
      hallpass(
        ["policy", "--config", byRoute, "--principal", "-", "--arn", `${stage}/${path}`],
        {},
        '{"scopes":["orders:read"]}',
      )
    const [yes, no] = [await run("GET/orders/7"), await run("POST/orders")]
    expect(allowed(yes.stdout)).toEqual(["GET/orders/*"])
    expect(yes.stderr).toContain("HTTP 2.0   isAuthorized: true, and no policy\n")
    expect(JSON.parse(no.stdout).Statement).toEqual([
      { Effect: "Deny", Action: "execute-api:Invoke", Resource: [`${stage}/*`] },
    ])
    expect(no.stderr).toContain("HTTP 2.0   isAuthorized: false, and no policy\n")
  })

  it("warns where the configuration has conflicts", async () => {
    const conflicting = file("conflict.json", {
      ...configuration,
      routes: { "ANY /{proxy+}": {}, "GET /x/{id}": { scopes: ["x"] } },
    })
    const args = ["policy", "--config", conflicting, "--principal", "-", "--arn", `${stage}/GET/x/1`]
    const { code, stderr } = await hallpass(args, {}, "{}")
    expect(code).toBe(0)
    expect(stderr).toContain(
      "The configuration has conflicts, so the document is not to be trusted. See hallpass check\n",
    )
  })

  it("a policy that does not fit is none: exit code 1", async () => {
    const mixed = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [
        `GET /a-rather-long-path-of-an-api-${i}`,
        { scopes: [i % 2 === 0 ? "all" : "no"] },
      ]),
    )
    const large = file("large.json", { ...configuration, routes: mixed })
    const args = ["policy", "--config", large, "--principal", "-", "--arn", arn]
    const { code, stdout, stderr } = await hallpass(args, {}, '{"scopes":["all"]}')
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toBe(
      "There is no policy: the policy does not fit into an answer: more than 6144 bytes (policy_too_large)\n",
    )
  })
})

describe("hallpass policy ends with 2 and one line for", () => {
  const principal = ["--principal", "-"]
  it.each<[string, string[], string, string]>([
    ["no ARN", principal, "{}", "--arn is missing"],
    ["neither token nor principal", ["--arn", arn], "", "one of --token and --principal is needed"],
    ["both", [...principal, "--token", "-", "--arn", arn], "", "one of --token and --principal is needed"],
    ["an ARN of another service", [...principal, "--arn", "arn:aws:s3:::bucket/GET/x"], "{}", "execute-api ARN"],
    ["an ARN without a path", [...principal, "--arn", "arn:aws:execute-api:eu-west-1:123456789012:abc"], "{}", "ARN"],
    ["an unknown option", ["--tokken", "-"], "", "unknown option '--tokken'. Did you mean --token? See"],
    ["no value", ["--arn="], "", "--arn has no value"],
    [
      "a principal that is no JSON",
      [...principal, "--arn", arn],
      "canary",
      "the principal:1:1 is not JSON: expected a value. See",
    ],
    ["a principal that is no object", [...principal, "--arn", arn], "[]", "the principal must be an object"],
    ["an unknown member", [...principal, "--arn", arn], '{"scope":"a"}', 'the principal has no member "scope"; known:'],
    [
      "a list that is none",
      [...principal, "--arn", arn],
      '{"scopes":"canary"}',
      "scopes of the principal must be a list",
    ],
    ["a kind that is none", [...principal, "--arn", arn], '{"kind":"canary"}', "kind of the principal must be one of"],
    [
      "a subject that is none",
      [...principal, "--arn", arn],
      '{"subject":7}',
      "subject of the principal must be a string",
    ],
    [
      "claims that are none",
      [...principal, "--arn", arn],
      '{"claims":[]}',
      "claims of the principal must be an object",
    ],
    ["a missing file", ["--principal", "none.json", "--arn", arn], "", "none.json cannot be read (ENOENT)"],
  ])("%s", async (_, args, input, text) => {
    const { code, stdout, stderr } = await policy(args, input)
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(text)
    expect(stderr).not.toContain("canary")
    expect(stderr).toMatch(/^[^\n]+[.?] See hallpass policy --help\n$/)
  })

  it("a token that stands alone, which is not repeated", async () => {
    const bearer = token()
    const { code, stdout, stderr } = await policy(["--arn", arn, bearer])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain("there is a word that belongs to no option")
    expect(stderr).not.toContain(bearer.slice(0, 8))
  })

  it("a configuration that is refused, with every problem", async () => {
    const wrong = file("wrong.json", { ...configuration, gateway: { resultTtlSeconds: -1 }, unmatched: "allow" })
    const args = ["policy", "--config", wrong, "--principal", "-", "--arn", arn]
    const { code, stdout, stderr } = await hallpass(args, {}, "{}")
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toMatch(
      /^the configuration is refused: gateway\.resultTtlSeconds must be .*; unmatched must be .*\n$/,
    )
  })

  it("--help explains everything and reads nothing", async () => {
    const { code, stdout, stderr } = await hallpass(["policy", "--help", "--config", "none.json"])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    for (const text of [
      "--arn <arn>",
      "--token <token>",
      "--principal <file>",
      "--config <file>",
      "Examples",
      "Exit codes: 0",
    ])
      expect(stdout).toContain(text)
  })
})
