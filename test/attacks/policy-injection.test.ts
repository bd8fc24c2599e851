import { describe, expect, it } from "vitest"
import { createAuthorizer, type PolicyAnswer } from "../../src/index.ts"
import { parseExecuteApiArn } from "../../src/policy.ts"
import { evaluate } from "../conformance/policy/iam.ts"
import { oidcIssuer } from "../support/config.ts"
import { eventBuilders, http1, http2, restRequest, restToken } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"

// A caller without any role. What it may call is `/`, `/orders` and one level below.
const bearer = `Bearer ${mint({ roles: [] })}`
const routes = {
  "GET /": {},
  "GET /orders": {},
  "GET /orders/{id}": {},
  "ANY /admin": { roles: ["admin"] },
  "ANY /admin/{proxy+}": { roles: ["admin"] },
}
const modes = {
  "principal policies": { resultTtlSeconds: 300 },
  "principal policies beside a resource policy that allows": { resultTtlSeconds: 300, resourcePolicyAllows: true },
  "route policies": { resultTtlSeconds: 0 },
}
const base = "arn:aws:execute-api:eu-west-1:123456789012:abc123def4"
const requestKinds = [restRequest, http1, http2]

type Mode = keyof typeof modes
const authorizers = Object.fromEntries(
  Object.entries(modes).map(([name, gateway]) => [
    name,
    createAuthorizer({ issuers: [oidcIssuer()], routes, gateway }, { clock }),
  ]),
) as { readonly [mode in Mode]: ReturnType<typeof createAuthorizer> }

/** What a Resource is made of behind the stage: methods, the table's names and wildcards. */
const known = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|orders|admin|\*|\?\*|)$/
/** Forms of ambiguous paths, which are denied on any API. */
const form =
  /^arn:aws:execute-api:\*:\*:\*(?:\/[^/*]+\/\*(?:\/\/\*|\/\.{1,2}|\/\.{1,2}\/\*)|[;\\#]\*|%(?:[2-7][0-9A-Fa-f]|25[2-7]|4|25%[346]|\??%)\*)$/

/** Asks for a decision and an answer, and checks the answer against the decision, the ARN and the table. */
async function verdictOn(mode: Mode, event: { readonly [name: string]: unknown }): Promise<string> {
  const { decide, handler } = authorizers[mode]
  const { outcome, reason, route } = await decide(event)
  // Nothing that is about this request only is answered where the answer would be kept for the next one.
  const passing = mode !== "route policies" && reason === "arn_invalid"
  expect(outcome === "unavailable", reason).toBe(passing)
  if (passing) {
    await expect(handler(event)).rejects.toMatchObject({ name: "Unavailable", code: reason })
    return reason
  }
  const answer = (await handler(event)) as PolicyAnswer
  const arn = String(event.routeArn ?? event.methodArn)
  const { policyDocument } = answer
  const resources = policyDocument.Statement.flatMap(({ Resource }) => Resource)
  for (const resource of resources) {
    if (resource === "*" || form.test(resource)) continue
    const [service, stage, ...tail] = resource.split(":").slice(5).join(":").split("/")
    expect(`${resource.split(":").slice(0, 5).join(":")}:${service}`).toBe(base)
    expect(stage).toMatch(/^(?:prod|test-invoke-stage|null|\$default)$/)
    for (const piece of tail) expect(piece, `a Resource that no template has: ${resource}`).toMatch(known)
  }
  expect(evaluate(policyDocument, arn) === "allow" || (resources[0] === "*" && outcome === "allow")).toBe(
    outcome === "allow",
  )
  const admin = `${arn.split("/").slice(0, 2).join("/")}/GET/admin/users`
  if (resources[0] !== "*") expect(evaluate(policyDocument, admin)).not.toBe("allow")
  return reason === "ok" ? `${route}` : reason
}

const ambiguous = "path_ambiguous"
const byId = "GET /orders/{id}"

/** The path as requested, and what comes of it behind a TOKEN authorizer, which sees nothing but the path. */
const paths: readonly (readonly [path: string, verdict: string])[] = [
  // Wildcards and variables are plain text of a parameter.
  ["/orders/*", byId],
  ["/orders/**", byId],
  ["/orders/?", byId],
  ["/orders/?*", byId],
  ["/orders/$", byId],
  ["/orders/${aws:username}", byId],
  ["/orders/${*}", byId],
  ["/orders/{id}", byId],
  ["/orders/*:*", byId],
  ["/*", "route_unmatched"],
  ["/?*", "route_unmatched"],
  ["/*/*", "route_unmatched"],
  ["/${aws:username}", "route_unmatched"],
  ["/admin/*", "role_missing"],
  ["/admin/${x}", "role_missing"],
  // Escapes that a decoder could turn into another path. An escaped wildcard is plain text like the wildcard itself.
  ["/orders/%2a", byId],
  ["/orders/%2A", byId],
  // A client cannot write these otherwise, so they have one reading.
  ["/orders/%3f", byId],
  ["/orders/%24%7Bx%7D", byId],
  ["/orders/%2e%2e", ambiguous],
  ["/orders/%2e%2e%2fadmin", ambiguous],
  ["/orders/%252e%252e", ambiguous],
  ["/orders/..%2fadmin", ambiguous],
  ["/orders/%5cadmin", ambiguous],
  ["/orders/7%3bx", ambiguous],
  ["/%61dmin/users", ambiguous],
  ["/%61dmin", ambiguous],
  // Segments that software walks, drops or merges.
  ["/orders/..", ambiguous],
  ["/orders/.", ambiguous],
  ["/orders/../admin", ambiguous],
  ["/orders/../admin/users", ambiguous],
  ["/admin/../orders", ambiguous],
  ["/orders/./7", ambiguous],
  ["//", ambiguous],
  ["//orders", ambiguous],
  ["//admin/users", ambiguous],
  ["/orders//7", ambiguous],
  ["/orders/7//", ambiguous],
  ["/orders/7;role=admin", ambiguous],
  ["/orders;x/7", ambiguous],
  ["/orders/7#admin", ambiguous],
  ["/orders/..;/admin", ambiguous],
  ["/orders/7\\..\\admin", ambiguous],
  ["\\admin", "method_unknown"],
  // A trailing slash is the same route where no catch-all could take it for another one.
  ["/orders/", "GET /orders"],
  ["/orders/7/", byId],
  ["/admin/", "role_missing"],
  ["/orders/7/8", "route_unmatched"],
  // Everything else is plain text, and text is compared exactly.
  ["/orders/%20", byId],
  ["/orders/%C3%A9", byId],
  ["/orders/é", byId],
  ["/orders/日本", byId],
  ["/orders/\u202e7", byId],
  ["/orders/a b", byId],
  ["/orders/a:b", byId],
  ["/orders/arn:aws:execute-api:*", byId],
  ["/orders/...", byId],
  ["/Orders/7", "route_unmatched"],
  ["/ADMIN/users", "route_unmatched"],
  ["/ａdmin/users", "route_unmatched"],
  ["/admin\u0000/users", "route_unmatched"],
  [`/orders/${"x".repeat(1000)}`, byId],
  // Longer than any ARN that API Gateway takes.
  [`/orders/${"x".repeat(8192)}`, "arn_invalid"],
  [`/${"../".repeat(2730)}admin`, "arn_invalid"],
]
const named = paths.map(([path, verdict]) => [
  path.length > 60 ? `${path.slice(0, 40)}… (${path.length})` : path,
  verdict,
  path,
])

describe.each(Object.keys(modes) as Mode[])("SR-141, SR-148, %s: the path", (mode) => {
  it.each(named)("%s is %s, and never echoed", async (_name = "", verdict, path = "") => {
    expect(await verdictOn(mode, restToken(bearer, { path }))).toBe(verdict)
  })

  it.each(named.filter(([, verdict]) => verdict === byId))(
    "%s on the gateway's own route {id} is %s",
    async (_name, verdict, path = "") => {
      for (const build of requestKinds) {
        expect(await verdictOn(mode, build(bearer, { path, template: "/orders/{id}" }))).toBe(verdict)
      }
    },
  )
})

describe.each(Object.keys(modes) as Mode[])("SR-148, %s: paths of which a gateway may think otherwise", (mode) => {
  it.each(["/orders/../admin/users", "/orders;x/7", "//admin/users", "/%61dmin/users", "/orders/..%2fadmin"])(
    "%s never passes as a route for administrators, whatever template the event names",
    async (path) => {
      for (const build of requestKinds) {
        for (const template of ["/admin/{proxy+}", "/{proxy+}", "$default"]) {
          const event = build(bearer, { path, template })
          const { outcome } = await authorizers[mode].decide(event)
          expect(outcome).not.toBe("allow")
          const answer = await authorizers[mode].handler(event).catch(() => undefined)
          const arn = String("routeArn" in event ? event.routeArn : event.methodArn)
          if (answer !== undefined) expect(evaluate((answer as PolicyAnswer).policyDocument, arn)).not.toBe("allow")
        }
      }
    },
  )
})

describe.each(Object.keys(modes) as Mode[])("SR-149, %s: the method", (mode) => {
  it.each(["get", "Get", "TRACE", "CONNECT", "PROPFIND", "*", "?ET", "ANY", "G*", "${x}", "GET\n", "GET "])(
    "%o is unknown, and never echoed",
    async (method) => {
      for (const path of ["/orders", "/orders/7", "/admin", "/"]) {
        expect(await verdictOn(mode, restToken(bearer, { method, path }))).toBe("method_unknown")
      }
      expect(await verdictOn(mode, http2(bearer, { method, path: "/orders" }))).toBe("method_unknown")
    },
  )
})

describe.each(Object.keys(modes) as Mode[])("SR-142, %s: the stage", (mode) => {
  it.each(["*", "pr*d", "prod?", "${stageVariables.x}", "", "prod:x", "pro d", "%2a", "é", "..", "x".repeat(129)])(
    "%o is no stage of a deployed API: never allowed, and never echoed",
    async (stage) => {
      expect(await verdictOn(mode, restToken(bearer, { stage, path: "/orders" }))).toBe("arn_invalid")
    },
  )

  it.each(["prod", "null", "test-invoke-stage", "$default"])("%s is a stage like any other", async (stage) => {
    expect(await verdictOn(mode, restToken(bearer, { stage, path: "/orders" }))).toBe("GET /orders")
    expect(await verdictOn(mode, restToken(bearer, { stage, path: "/admin" }))).toBe("role_missing")
  })
})

const arns: readonly string[] = [
  "",
  "*",
  "arn",
  "arn:aws:execute-api",
  "arn:aws:execute-api:eu-west-1:123456789012",
  "arn:aws:execute-api:eu-west-1:123456789012:",
  base,
  `${base}/`,
  `${base}/prod`,
  `${base}/prod/`,
  `${base}//GET/orders`,
  `x${base}/prod/GET/orders`,
  `arn:aws:execute-api:eu-west-1:123456789012:abc:def4/prod/GET/orders`,
  `arn:aws:execute-api:eu-west-1::123456789012:abc123def4/prod/GET/orders`,
  `arn::execute-api:eu-west-1:123456789012:abc123def4/prod/GET/orders`,
  `arn:aws:execute-api::123456789012:abc123def4/prod/GET/orders`,
  `arn:aws:execute-api:*:123456789012:abc123def4/prod/GET/orders`,
  `arn:aws:execute-api:eu-west-1:*:abc123def4/prod/GET/orders`,
  `arn:aws:execute-api:eu-west-1:123456789012:*/prod/GET/orders`,
  `arn:aws:execute-api:eu-west-1:123456789012:abc?/prod/GET/orders`,
  `arn:aws:execute-api:eu-west-1:123456789012:\${x}/prod/GET/orders`,
  `arn:aws*:execute-api:eu-west-1:123456789012:abc123def4/prod/GET/orders`,
  `arn:azure:execute-api:eu-west-1:123456789012:abc123def4/prod/GET/orders`,
  `arn:aws:lambda:eu-west-1:123456789012:abc123def4/prod/GET/orders`,
  `arn:aws:s3:::bucket/prod/GET/orders`,
  `arn:aws:apigateway:eu-west-1::/restapis/abc123def4/stages/prod`,
  `arn:aws:execute-api:eu-west-1:null:abc123def4/prod/GET/orders`,
  ` ${base}/prod/GET/orders`,
  `${base.toUpperCase()}/PROD/GET/ORDERS`,
  `${base}\n/prod/GET/orders`,
]

describe("SR-142: ARNs that are none of a deployed API", () => {
  it.each(arns)("%o is refused by the parser, and not repeated", (text) => {
    expect(() => parseExecuteApiArn(text)).toThrow(TypeError)
    const message = String(
      (() => {
        try {
          parseExecuteApiArn(text)
        } catch (error) {
          return error
        }
        return ""
      })(),
    )
    if (text.length > 3) expect(message).not.toContain(text)
  })

  it.each(arns)("%o is never allowed in any kind of event, and never echoed", async (arn) => {
    for (const [mode, { handler, decide }] of Object.entries(authorizers)) {
      for (const [kind, build] of Object.entries(eventBuilders)) {
        const event = { ...build(bearer, { path: "/orders" }), [kind === "http-2.0" ? "routeArn" : "methodArn"]: arn }
        const { outcome, reason } = await decide(event)
        expect(["forbidden", "unavailable"], kind).toContain(outcome)
        if (outcome === "unavailable") {
          // No WebSocket event has such an ARN; what is cached nowhere is answered.
          const kept = mode !== "route policies" && kind !== "websocket"
          expect(reason).toMatch(kept ? /^(?:arn_invalid|event_unknown)$/ : /^event_unknown$/)
          await expect(handler(event)).rejects.toMatchObject({ name: "Unavailable", code: reason })
          continue
        }
        expect(reason).toBe("arn_invalid")
        const { policyDocument } = (await handler(event)) as PolicyAnswer
        expect(policyDocument.Statement).toEqual([{ Effect: "Deny", Action: "execute-api:Invoke", Resource: ["*"] }])
      }
    }
  })
})

describe("SR-143: one caller's odd request does not change what the next one gets", () => {
  it("the document of a principal is one and the same, whatever was asked", async () => {
    const { handler } = authorizers["principal policies"]
    const documents = new Set<string>()
    for (const [path, verdict] of paths) {
      if (verdict === "arn_invalid") continue
      documents.add(JSON.stringify(((await handler(restToken(bearer, { path }))) as PolicyAnswer).policyDocument))
    }
    expect([...documents]).toHaveLength(1)
  })
})
