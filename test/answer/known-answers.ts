import { type AnswerOptions, createAnswers } from "../../src/answer/answer.ts"
import { assertedClaims, signingInput } from "../../src/answer/assertion.ts"
import { createContext, reservedContextKeys } from "../../src/answer/context.ts"
import { bytesOf, documentBytes, shortestBytes } from "../../src/answer/document-sizes.ts"
import { Policies } from "../../src/answer/iam-policy.ts"
import { principalIdFrom } from "../../src/answer/principal-id.ts"
import { traceIdsOf } from "../../src/answer/trace-ids.ts"
import { traced } from "../../src/answer/traced.ts"
import { isMistakable, write, writeLong, writeShort } from "../../src/answer/written-policy.ts"
import { readRequest } from "../../src/event/read.ts"
import { type CoverageForm, wholeStage } from "../../src/types/coverage.ts"
import type { Principal } from "../../src/types/principal.ts"
import { refusal } from "../../src/types/reasons.ts"
import type { AccessRequest, ExecuteApiArn } from "../../src/types/request.ts"
import { type EventOptions, eventBuilders, eventKinds } from "../support/events.ts"
import { attempt, shown } from "../support/known-lines.ts"

const principal: Principal = {
  ...{ id: "https://i|alice", issuer: "https://i", provider: "oidc", subject: "alice", kind: "user" },
  ...{ clientId: "c", tenant: "t", scopes: ["a", "b"], roles: ["r"], groups: ["g", "h"], permissions: ["p"] },
  ...{ expiresAt: 1_790_000_060, claims: { sub: "alice", mail: "a@b", key: "k".repeat(20), profile: { name: "n" } } },
}
const bare: Principal = {
  ...{ id: "https://i|bob", issuer: "https://i", provider: "edge", subject: "bob", kind: "unknown" },
  ...{ scopes: [], roles: [], groups: [], permissions: [], expiresAt: 0, claims: {} },
}
const requestOf = (kind: (typeof eventKinds)[number], options: EventOptions = {}): AccessRequest =>
  readRequest(eventBuilders[kind]("Bearer a.b.c", options)) as AccessRequest
const arn: ExecuteApiArn = {
  ...{ partition: "aws", region: "eu-west-1", accountId: "123456789012", apiId: "abc123def4", stage: "prod" },
  ...{ method: "GET", path: "/orders/7" },
}

/** Claims of each type and size, in contexts of each kind of API. */
function contextLines(): readonly string[] {
  const values: readonly unknown[] = [
    ...[
      "a",
      "",
      "é",
      "a\n",
      "UTF-8''a",
      "\ud800",
      'a"b\\c',
      "~ !",
      "a\u007f",
      0,
      -0,
      1.5,
      -7,
      true,
      false,
      null,
      undefined,
    ],
    ...[
      2 ** 53 - 1,
      2 ** 53,
      1e300,
      1e-7,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      [],
      ["a"],
      ["a", "é"],
      ["a", 7],
      [["a"]],
    ],
    ...[
      {},
      { a: 1 },
      { a: 2 ** 53 },
      { a: [2 ** 60] },
      { a: null },
      "x".repeat(2035),
      "x".repeat(2036),
      "x".repeat(2037),
      "x".repeat(2038),
    ],
    ...[
      '"'.repeat(1017),
      '"'.repeat(1018),
      ["x".repeat(2033)],
      ["x".repeat(2034)],
      Object.freeze(["f"]),
      Object.freeze({ f: 2 ** 53 }),
    ],
  ]
  const kinds = ["rest-request", "http-1.0", "http-2.0", "websocket", "service"] as const
  const lines = values.flatMap((value) => {
    const said = kinds.map((kind) => {
      const claims = { claims: { value } }
      const context = createContext({ value: "value" })({ ...bare, ...claims }, kind, 10_000)
      const filled = createContext({ value: "value" }, "-")({ ...bare, ...claims }, kind, 10_000)
      const pick = ({ value: held, contextOmitted }: typeof context) => shown([held, contextOmitted])
      return [kind, `${pick(context)}, else ${pick(filled)}`] as const
    })
    const results = [...new Set(said.map(([, result]) => result))]
    return results.map((result) => {
      const those = said.flatMap(([kind, each]) => (each === result ? [kind] : []))
      return `context ${shown(value)}${Object.is(value, -0) ? " (-0)" : ""} ${those.join(", ")}: ${result}`
    })
  })
  const configured = {
    sub: "mail",
    tenant: "nothing",
    name: ["profile", "name"],
    roles: "sub",
    [`k${"k".repeat(60)}`]: "mail",
  }
  const rooms = [10_000, 700, 500, 420, 400, 380, 300, 256, 255, 230, 220, 200, 100, 0]
  return [
    ...lines,
    ...kinds.map((kind) => `context of all ${kind}: ${JSON.stringify(createContext({})(principal, kind, 10_000))}`),
    `context of nothing: ${JSON.stringify(createContext({})(bare, "http-2.0", 10_000))}`,
    `context of nothing, filled: ${JSON.stringify(createContext({}, "none")(bare, "http-2.0", 10_000))}`,
    `context of incomplete groups: ${JSON.stringify(createContext({})({ ...bare, groupsIncomplete: true }, "http-2.0", 10_000))}`,
    `context of configured claims: ${JSON.stringify(createContext(configured)(principal, "http-2.0", 10_000))}`,
    ...rooms.flatMap((room) => [
      `context in ${room} bytes: ${JSON.stringify(createContext(configured)(principal, "http-2.0", room))}`,
      `context in ${room} bytes, filled: ${JSON.stringify(createContext(configured, "-")(principal, "rest-request", room))}`,
    ]),
    `context with many left out: ${JSON.stringify(createContext(Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`claim-${at}`, "mail"])))(principal, "http-2.0", 0))}`,
  ]
}

function idLines(): readonly string[] {
  const values: readonly unknown[] = [
    ...[
      "alice",
      "",
      "a b",
      "é",
      "a\n",
      "~!",
      "x".repeat(512),
      "x".repeat(513),
      7,
      0,
      -1,
      1.5,
      2 ** 53,
      null,
      undefined,
      ["a"],
      {},
      true,
    ],
  ]
  return [
    `id: ${principalIdFrom(undefined)(principal)}`,
    ...values.map(
      (value) =>
        `id from a claim ${shown(value)}: ${shown(principalIdFrom("x")({ ...principal, claims: { x: value } }))}`,
    ),
    ...["alice", "a b", "é", "x".repeat(512), "x".repeat(1024), "x".repeat(2000)].map(
      (subject) =>
        `id from the subject ${shown(subject)}: ${shown(principalIdFrom("subject")({ ...principal, subject }))}`,
    ),
    `id from a claim inside: ${shown(principalIdFrom(["profile", "name"])(principal))}`,
  ]
}

function traceLines(): readonly string[] {
  const root = "1-5759e988-bd862e3fe1be46a994272793"
  const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
  const roots: readonly unknown[] = [
    ...[
      `Root=${root}`,
      `Root=${root};Parent=x`,
      `Self=x;Root=${root}`,
      `Self=x; Root=${root};`,
      `xRoot=${root}`,
      `Root=${root}x`,
    ],
    ...[
      `root=${root}`,
      `Root=${root.toUpperCase()}`,
      `Root=2${root.slice(1)}`,
      `Root=${root.slice(0, -1)}`,
      "",
      root,
      7,
      null,
    ],
    ...[
      `Root=${root};`.padEnd(512, "x"),
      `Root=${root};`.padEnd(513, "x"),
      `Self=x;  Root=${root}`,
      [`Root=${root}`],
      [`Root=${root}`, "x"],
    ],
  ]
  const parents: readonly unknown[] = [
    ...[
      parent,
      parent.toUpperCase(),
      parent.replace(/^00/, "ff"),
      parent.replace(/^00/, "fe"),
      `${parent}-x`,
      ` ${parent}`,
      parent.slice(1),
    ],
    ...[
      parent.replace(/-4bf.*?-/, `-${"0".repeat(32)}-`),
      parent.replace(/-00f.*?-/, `-${"0".repeat(16)}-`),
      "",
      7,
      `${parent},${parent}`,
    ],
  ]
  const own = { xRayTraceId: `Root=${root.replace("5759", "aaaa")}` }
  const asked = (name: string, value: unknown): AccessRequest =>
    requestOf("rest-request", {
      headers: { [name]: Array.isArray(value) ? value[0] : value },
      ...(Array.isArray(value) && { multiValueHeaders: { [name]: value } }),
    })
  return [
    ...roots.flatMap((value) => [
      `trace ${shown(value)}: ${shown(traceIdsOf(asked("X-Amzn-Trace-Id", value), {}))}, else ${shown(traceIdsOf(asked("X-Amzn-Trace-Id", value), own))}`,
      `trace of the invocation ${shown(value)}: ${shown(traceIdsOf(undefined, { xRayTraceId: value }))}`,
    ]),
    ...parents.map(
      (value) => `traceparent ${shown(value)}: ${shown(traceIdsOf(asked("TraceParent", value), undefined))}`,
    ),
    ...[undefined, null, 7].map(
      (invocation) => `trace with ${shown(invocation)}: ${shown(traceIdsOf(undefined, invocation))}`,
    ),
    `traced: ${shown(traced({ isAuthorized: true, context: { a: "b" } }, asked("X-Amzn-Trace-Id", `Root=${root}`), {}))}`,
    `traced without a context: ${shown(traced({ isAuthorized: false }, asked("X-Amzn-Trace-Id", `Root=${root}`), {}))}`,
  ]
}

const form = (
  allow: readonly string[],
  deny: readonly string[] = [],
  more: Partial<CoverageForm> = {},
): CoverageForm => ({
  ...{ allow, deny, denyIfRoom: [] },
  ...more,
})

function policyLines(): readonly string[] {
  const forms: readonly (readonly [name: string, form: CoverageForm])[] = [
    ["whole stage", wholeStage as CoverageForm],
    ["one route", form(["GET/orders/*"])],
    ["a route and a denial", form(["GET/orders/*"], ["GET/orders/secret"])],
    [
      "denied if there is room",
      form(["GET/a"], ["GET/b"], { denyIfRoom: [["GET/b"], ["GET/c", "GET/d"], ["POST/é"]] }),
    ],
    ["forms that are denied", form(["GET/a"], [], { denyForms: ["*/x", "*.y", "GET/z"] })],
    ["any method", form(["*/a"], ["PUT/a"])],
    ["short", form(["GET/a", "POST/b"], ["GET/c"], { isShort: true })],
    ["a longest Resource", form([`GET/${"a".repeat(445)}`])],
    ["a Resource that is too long", form([`GET/${"a".repeat(452)}`])],
    ["a Resource that fits short", form([`GET/${"a".repeat(460)}`], [], { isShort: true })],
  ]
  const limits = [10_000, 600, 400, 300, 250, 200, 150, 100]
  const shorter = form(["GET/a", "GET/b"], [], { shorter: () => form(["GET/*"]) })
  const shortest = form(["GET/a", "GET/b"], [], {
    shortest: () => form(["*"], ["GET/x"]),
    shorter: () => form(["GET/*"]),
  })
  const written = (made: ReturnType<typeof write>): string =>
    made === undefined
      ? "nothing"
      : `${made.bytes} bytes${made.ambiguous === undefined ? "" : ` mistakable ${shown(made.ambiguous)}`} ${JSON.stringify(made.document.Statement).replaceAll("arn:aws:execute-api:eu-west-1:123456789012:abc123def4/prod/", "…")}`
  return [
    ...forms.flatMap(([name, each]) => [
      ...limits.map((limit) => `policy of ${name} in ${limit}: ${written(write(arn, each, limit))}`),
      `policy of ${name}, long: ${written(writeLong(arn, each, 10_000))}`,
      ...(each === wholeStage ? [] : [`policy of ${name}, short: ${written(writeShort(arn, each, 10_000))}`]),
      `policy of ${name} takes ${bytesOf(arn, each)}, at least ${shortestBytes(arn, each)}`,
    ]),
    ...[shorter, shortest, { form: () => shorter }].flatMap((coverage, at) =>
      [10_000, 300, 250, 200, 190, 180, 170, 150].map(
        (limit) => `coverage ${at} in ${limit}: ${written(write(arn, coverage as CoverageForm, limit))}`,
      ),
    ),
    `least bytes of coverages: ${shown([shorter, shortest, { form: () => shortest }].map((each) => shortestBytes(arn, each as CoverageForm)))}`,
    `bytes of a document: ${shown(documentBytes(arn))}`,
    ...[512, 513].map(
      (length) =>
        `policy of a Resource of ${length} characters: ${write(arn, form(["GET/".padEnd(length - 59, "a")]), 10_000)?.document.Statement[0]?.Resource[0]?.length}`,
    ),
    ...[10_000, 200, 150].map(
      (limit) =>
        `policy in ${limit} that has a shortest form only: ${written(write(arn, { ...form(["GET/a", "GET/b"]), shortest: () => form(["*"]) }, limit))}`,
    ),
    ...[10_000, 200, 165].map(
      (limit) =>
        `policy in ${limit} with shorter and shortest forms: ${written(write(arn, { ...form(["GET/a", "GET/b"]), shortest: () => form(["*"]), shorter: () => form(["GET/*"]) }, limit))}`,
    ),
    `mistakable on one of two: ${isMistakable(["prod/GET/", "prod/PUT/"], { ...arn, path: "/x/prod/PUT/a" })}`,
    ...["/prod/GET/x", "/x/prod/GET/y", "/", undefined].map(
      (path) =>
        `mistakable ${shown(path)}: ${isMistakable(["prod/GET/"], path === undefined ? { ...arn, method: "x" } : { ...arn, path })}`,
    ),
  ]
}

function answerLines(): readonly string[] {
  const options: AnswerOptions = {
    ...{ resultTtlSeconds: 300, responses: "policy", unauthorized: "throw", maxAnswerBytes: 8192 },
    ...{ idOf: ({ id }) => (id === "none" ? undefined : id), nameOf: undefined, contextOf: createContext({}) },
  }
  const variants: readonly (readonly [name: string, options: AnswerOptions])[] = [
    ["plain", options],
    ["simple", { ...options, responses: "simple" }],
    ["denying", { ...options, unauthorized: "deny" }],
    ["nothing kept", { ...options, resultTtlSeconds: 0 }],
    [
      "with names",
      { ...options, responses: "simple", nameOf: (_request, who, route) => `${who?.id ?? "-"} ${route ?? "-"}` },
    ],
    ["with a usage key", { ...options, usageIdentifierKey: "key" }],
    ["with little room", { ...options, maxAnswerBytes: 2450 }],
  ]
  const refusals = ["token_expired", "scope_missing", "keys_unavailable", "route_unmatched"] as const
  const requests = [...eventKinds.map((kind) => [kind, requestOf(kind)] as const), ["no request", undefined] as const]
  return variants.flatMap(([name, each]) =>
    requests.flatMap(([kind, request]) => {
      const answers = createAnswers(each)
      const title = `answer ${name}, ${kind}`
      const refused = refusals.map((code) => {
        const said = refusal(code as never)
        const text = (who: Principal | undefined) => attempt(() => answers.refuse(request, said, who))
        const both = [text(undefined), text(principal), text({ ...principal, id: "none" })]
        return `${title} ${code}: ${[...new Set(both)].join(" | ")}, ${answers.keeps(request, said) ? "kept" : "not kept"}`
      })
      if (request === undefined) return [`${title}: ${answers.isSimple(request)}`, ...refused]
      const policy = answers.policy(request, wholeStage)
      const allowed =
        policy === undefined
          ? []
          : [principal, bare, { ...principal, id: "none" }].map((who) => {
              const first = answers.allow(request, who, policy, "GET /orders/{id}")
              const again = answers.allow(request, who, policy, "GET /orders/{id}")
              return `${title} ${who.id}: ${JSON.stringify(first)}${first === again ? ", the same again" : ""}, ${Object.isFrozen(first)}`
            })
      return [`${title}: ${answers.isSimple(request)}, ${policy?.bytes}`, ...allowed, ...refused]
    }),
  )
}

/** What depends on the room that is left, on a usage key, and on the stack of an error. */
function furtherLines(): readonly string[] {
  const many = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`k${at}`, "mail"]))
  const options: AnswerOptions = {
    ...{ resultTtlSeconds: 300, responses: "policy", unauthorized: "throw", maxAnswerBytes: 4000 },
    ...{ idOf: ({ id }) => id, nameOf: undefined, contextOf: createContext(many), usageIdentifierKey: "key" },
  }
  const named: AnswerOptions = { ...options, nameOf: () => "n".repeat(300) }
  const [rest, http] = [requestOf("rest-request"), requestOf("http-2.0")]
  const answered = (each: AnswerOptions, request: AccessRequest, who: Principal): object => {
    const answers = createAnswers(each)
    const policy = answers.policy(request, wholeStage)
    if (policy === undefined) throw new TypeError("no policy")
    return answers.allow(request, who, policy, undefined)
  }
  const rooms = ([options, named, { ...options, responses: "simple" }, { ...named, responses: "simple" }] as const).map(
    (each) =>
      `room: ${[rest, http].map((request) => shown(Object.keys((answered(each, request, principal) as { context: object }).context).length)).join(", ")}`,
  )
  const keys: readonly unknown[] = [
    ...["k".repeat(19), "k".repeat(20), "k".repeat(128), "k".repeat(129), `${"k".repeat(20)} `, ` ${"k".repeat(20)}`],
    ...[`${"k".repeat(20)}\n`, `A-_9${"k".repeat(20)}`, 7, null, undefined, ["k".repeat(20)], 10 ** 20],
  ]
  const usage = keys.map((key) => {
    const said = [rest, http].map((request) => {
      const answer = answered({ ...options, contextOf: createContext({}) }, request, { ...principal, claims: { key } })
      return "usageIdentifierKey" in answer ? shown(answer.usageIdentifierKey) : "none"
    })
    return `usage key ${shown(key)}: ${said.join(", ")}`
  })
  const before = Error.stackTraceLimit
  let stack = "none"
  try {
    createAnswers(options).refuse(rest, refusal("token_expired"), undefined)
  } catch (error) {
    stack = shown((error as Error).stack?.split("\n").length)
  }
  return [
    ...rooms,
    ...usage,
    `lines of the stack of Unauthorized: ${stack}, then ${Error.stackTraceLimit === before ? "as before" : "another limit"}`,
    `kept for a second: ${createAnswers({ ...options, resultTtlSeconds: 1 }).keeps(rest, refusal("scope_missing"))}`,
    `keys of API Gateway: ${shown(reservedContextKeys)}`,
    `context of one scope: ${JSON.stringify(createContext({})({ ...bare, scopes: ["a"] }, "http-2.0", 10_000))}`,
  ]
}

/** Policies that are remembered for more than one API, and assertions. */
function otherLines(): readonly string[] {
  const policies = new Policies(8192)
  const coverage = form(["GET/a"])
  const same = (place: Partial<ExecuteApiArn>): string => {
    const [first, second] = [
      policies.document({ ...arn, ...place }, coverage),
      policies.document({ ...arn, ...place }, coverage),
    ]
    return first === second ? "the same again" : "another again"
  }
  const places: readonly Partial<ExecuteApiArn>[] = [
    ...[
      {},
      { stage: "v1" },
      { apiId: "b" },
      { accountId: "210987654321" },
      { region: "eu-west-2" },
      { partition: "aws-cn" },
      {},
    ],
  ]
  const assertion = {
    issuer: "https://m",
    audience: "mesh",
    claims: ["scope", "client_id", "roles", "groups", "permissions", "tenant"],
  } as const
  const claims = assertedClaims(assertion, principal, "a/b%c|d")
  const resource = (place: Partial<ExecuteApiArn>): string | undefined =>
    policies.document({ ...arn, ...place }, coverage)?.document.Statement[0]?.Resource.join()
  const after = (place: Partial<ExecuteApiArn>): string => `${resource({})}, ${resource(place)}, ${same(place)}`
  return [
    ...places.map((place) => `policy after the first, at ${shown(place)}: ${after(place)}`),
    ...places.map(
      (place) =>
        `policy at ${shown(place)}: ${policies.document({ ...arn, ...place }, coverage)?.document.Statement[0]?.Resource.join()}`,
    ),
    ...places.map(
      (place) => `denial at ${shown(place)}: ${policies.denyStage({ ...arn, ...place }).Statement[0]?.Resource.join()}`,
    ),
    `denial of everything: ${JSON.stringify(policies.denyStage(undefined))}`,
    `too large twice: ${[1, 2].map(() => shown(new Policies(2100).document(arn, form(["GET/a", "GET/b"])))).join()}`,
    `asserted: ${claims}`,
    `asserted of nothing: ${assertedClaims(assertion, bare, "x")}`,
    `asserted without claims: ${assertedClaims({ ...assertion, claims: [] }, principal, "x")}`,
    `signing input: ${signingInput(claims, "kid", 1, 61)}`,
  ]
}

/** What answers, contexts and policies are, for each kind of API. */
export function knownAnswers(): readonly string[] {
  return [
    ...contextLines(),
    ...idLines(),
    ...traceLines(),
    ...policyLines(),
    ...answerLines(),
    ...furtherLines(),
    ...otherLines(),
  ]
}
