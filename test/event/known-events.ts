import { readArn } from "../../src/event/arn.ts"
import { readRequest } from "../../src/event/read.ts"
import { formatExecuteApiArn, parseExecuteApiArn } from "../../src/policy.ts"
import { isObject } from "../../src/shared/is-object.ts"
import { type EventOptions, eventBuilders, eventKinds } from "../support/events.ts"
import { fixtureNames, readFixture } from "../support/fixtures.ts"
import { attempt, shown } from "../support/known-lines.ts"

type Event = { readonly [name: string]: unknown }
type Read = ReturnType<typeof readRequest>

/** What each member is replaced by. */
const replacements: readonly (readonly [name: string, value: unknown])[] = [
  ["left out", undefined],
  ...[null, "", "x", 7, true, [], ["x", "y"], {}, { x: "y" }].map((value) => [shown(value), value] as const),
]
/** What else is told apart in some members. */
const special: { readonly [member: string]: readonly unknown[] } = {
  type: ["TOKEN", "REQUEST"],
  version: ["1.0", "2.0"],
  eventType: ["CONNECT", "DISCONNECT"],
  httpMethod: ["GET"],
  resource: ["/orders/{id}"],
  resourceId: ["GET /x", "xGET /x", "get /x", "ANY /x", "$default"],
}
/** Members that no event of these kinds has, or that tell one kind from another. */
const further: readonly (readonly string[])[] = [
  ...["type", "version", "methodArn", "routeArn", "identitySource", "authorizationToken", "httpMethod", "resource"],
  ...["rawPath", "routeKey", "cookies", "headers", "multiValueHeaders", "queryStringParameters", "requestContext"],
  "multiValueQueryStringParameters",
].map((name) => [name])
const contextMembers = [
  ...["connectionId", "eventType", "http", "httpMethod", "resourcePath", "resourceId", "routeKey", "identity", "path"],
  ...["authentication", "domainName", "requestId", "extendedRequestId", "stage"],
].map((name) => ["requestContext", name])
const deepMembers = [
  ...["method", "path", "sourceIp"].map((name) => ["http", name]),
  ...["sourceIp", "vpceId", "clientCert"].map((name) => ["identity", name]),
  ["identity", "clientCert", "clientCertPem"],
  ["authentication", "clientCert"],
  ["authentication", "clientCert", "clientCertPem"],
].map((path) => ["requestContext", ...path])

/** The event with another value at a path; undefined leaves the member out. */
function changed(event: Event, [name = "", ...inner]: readonly string[], value: unknown): Event {
  const { [name]: before, ...others } = event
  if (inner.length > 0) return { ...event, [name]: changed(isObject(before) ? before : {}, inner, value) }
  return value === undefined ? others : { ...event, [name]: value }
}

/** What became different in the request that is read. */
function difference(before: Read, after: Read): string {
  if ("refused" in after) return after.code
  if ("refused" in before) return shown(after)
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof typeof before)[]
  const all = names.flatMap((name) => {
    const [was, is] = [before[name], after[name]]
    if (JSON.stringify(was) === JSON.stringify(is)) return []
    if (!isObject(was) || !isObject(is)) return [`${name} ${shown(is)}`]
    const parts = [...new Set([...Object.keys(was), ...Object.keys(is)])]
    return parts.flatMap((part) => (was[part] === is[part] ? [] : [`${name}.${part} ${shown(is[part])}`]))
  })
  return all.length === 0 ? "the same" : all.join(", ")
}

function linesOf(name: string, event: Event): readonly string[] {
  const before = readRequest(event)
  const without = "refused" in before ? [] : Object.entries(before).map(([key, value]) => `  ${key}: ${shown(value)}`)
  const idle: string[] = []
  const lines = [...further, ...contextMembers, ...deepMembers].flatMap((path) => {
    const values = [
      ...replacements,
      ...(special[path.at(-1) ?? ""] ?? []).map((value) => [shown(value), value] as const),
    ]
    const said = values.map(([what, value]) => [what, difference(before, readRequest(changed(event, path, value)))])
    const results = [...new Set(said.map(([, result]) => result))]
    if (results.length === 1 && results[0] === "the same") {
      idle.push(path.join("."))
      return []
    }
    return results.map((result) => {
      const whats = said.flatMap(([what, each]) => (each === result ? [what] : []))
      return `  ${path.join(".")} = ${results.length === 1 ? "anything" : whats.join(" | ")}: ${result}`
    })
  })
  const title = "refused" in before ? before.code : before.kind
  return [`${name}: ${title}`, ...without, ...lines, `  no matter: ${idle.join(", ")}`]
}

const options: EventOptions = {
  path: "/orders/7",
  template: "/orders/{id}",
  headers: { "X-A": "1" },
  query: { q: "1" },
  cookies: ["a=b"],
}

/** Texts in the place of an ARN. */
function arnLines(): readonly string[] {
  const start = "arn:aws:execute-api:eu-west-1:123456789012:abc123def4"
  const texts: readonly unknown[] = [
    ...[
      "/prod/GET/orders/7",
      "/prod/GET/",
      "/prod/GET",
      "/prod/GET//a//",
      "/prod/",
      "/prod",
      "",
      "/",
      "//GET/",
      "/prod//a",
    ],
    ...[
      "/$default/GET/a",
      "/$defaul/GET/a",
      "/default$/GET/a",
      "/prod/$connect",
      "/prod/GET/a:b:c",
      "/prod/GET/a%20b",
      "/*/GET/",
    ],
    ...[
      "/a_b-C9/GET/",
      `/${"s".repeat(128)}/GET/`,
      `/${"s".repeat(129)}/GET/`,
      "/pro d/GET/",
      "/prod\n/GET/",
      "/prod/GET/é",
    ],
    ...[1600, 1601].map((length) => "/prod/GET/".padEnd(length - start.length, "a")),
  ].map((tail) => start + tail)
  const heads = [
    ...["arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:a", "arn:aws-cn:execute-api:cn-north-1:123456789012:a"],
    ...[
      "arn:awsx:execute-api:eu-west-1:123456789012:a",
      "arn:xaws:execute-api:eu-west-1:123456789012:a",
      "arn:aws-:execute-api:eu-west-1:123456789012:a",
    ],
    ...[
      "arn::execute-api:eu-west-1:123456789012:a",
      "ARN:aws:execute-api:eu-west-1:123456789012:a",
      "xarn:aws:execute-api:eu-west-1:123456789012:a",
    ],
    ...[
      "arn:aws:lambda:eu-west-1:123456789012:a",
      "arn:aws::eu-west-1:123456789012:a",
      "arn:aws:execute-apis:eu-west-1:123456789012:a",
    ],
    ...[
      "arn:aws:execute-api::123456789012:a",
      "arn:aws:execute-api:e:123456789012:a",
      "arn:aws:execute-api:eu:123456789012:a",
    ],
    ...[
      "arn:aws:execute-api:EU-west-1:123456789012:a",
      "arn:aws:execute-api:*:123456789012:a",
      "arn:aws:execute-api:eu-west-1 :123456789012:a",
    ],
    ...[
      "arn:aws:execute-api:eu-west-1:12345678901:a",
      "arn:aws:execute-api:eu-west-1:1234567890123:a",
      "arn:aws:execute-api:eu-west-1::a",
    ],
    ...[
      "arn:aws:execute-api:eu-west-1:random-account-id:random-api-id",
      "arn:aws:execute-api:eu-west-1:random-account-idx:a",
    ],
    ...["arn:aws:execute-api:eu-west-1:xrandom-account-id:a", "arn:aws:execute-api:eu-west-1:*:a"],
    ...[
      "arn:aws:execute-api:eu-west-1:123456789012:",
      "arn:aws:execute-api:eu-west-1:123456789012:*",
      "arn:aws:execute-api:eu-west-1:123456789012:a:b",
    ],
    ...[
      `arn:aws:execute-api:eu-west-1:123456789012:${"a".repeat(128)}`,
      `arn:aws:execute-api:eu-west-1:123456789012:${"a".repeat(129)}`,
    ],
    ...["arn:aws:execute-api:eu-west-1:123456789012:A_b-9", "arn:aws:execute-api:eu-west-1:123456789012:a.b"],
    ...[
      "arn:aws:execute-api:eu-west-1:123456789012",
      "arn:aws:execute-api:eu-west-1",
      "arn:aws:execute-api",
      "arn:aws",
      "arn:",
      "arn",
    ],
  ].map((head) => `${head}/prod/GET/x`)
  // Each is read after one of another stage, and after itself.
  return [...texts, ...heads, undefined, null, 7, [], [start]].map((text) => {
    readArn("arn:aws:execute-api:eu-west-2:210987654321:z/other/GET/")
    const first = readArn(text)
    const again = readArn(text)
    const written = first === undefined ? undefined : formatExecuteApiArn(first) === text
    const parsed = attempt(() => (parseExecuteApiArn(text as string) === undefined ? "nothing" : "parsed"))
    const same = shown(first) === shown(again) ? "" : `, then ${shown(again)}`
    return `arn ${shown(text)}: ${shown(first)}${same}, written the same: ${shown(written)}, ${parsed}`
  })
}

/** What is read of each recorded and each built event, with each of its members as something else. */
export function knownEvents(): readonly string[] {
  return [
    ...fixtureNames("apigw").map((file) => {
      const event = readFixture<Event>(`apigw/${file}`)
      const { type: _type, ...untyped } = event
      const read = readRequest(event)
      const asRequest = difference(read, readRequest({ ...untyped, type: "REQUEST" }))
      const asToken = difference(read, readRequest({ ...untyped, type: "TOKEN" }))
      return `${file}: ${"refused" in read ? read.code : shown(read)}; as a request ${asRequest}; as a token ${asToken}`
    }),
    ...eventKinds.flatMap((kind) => linesOf(kind, eventBuilders[kind]("Bearer a.b.c", options))),
    ...["$default", "ANY /a", "GET /a b", "GET"].flatMap((routeKey) => {
      const event = eventBuilders["http-2.0"]("Bearer a.b.c", options)
      const before = readRequest(event)
      const context = { ...(event.requestContext as Event), routeKey }
      const rest = {
        ...(eventBuilders["http-1.0"]("Bearer a.b.c", options).requestContext as Event),
        resourceId: routeKey,
      }
      const first = eventBuilders["http-1.0"]("Bearer a.b.c", options)
      return [
        `route key ${shown(routeKey)}: ${difference(before, readRequest({ ...event, requestContext: context }))}`,
        `resource id ${shown(routeKey)}: ${difference(readRequest(first), readRequest({ ...first, requestContext: rest }))}`,
      ]
    }),
    ...["rest-request", "http-1.0"].map((kind) => {
      const event = eventBuilders[kind as "http-1.0"]("Bearer a.b.c", options)
      const neither = changed(changed(event, ["httpMethod"], undefined), ["requestContext", "resourceId"], undefined)
      return `${kind} without a method and a resource id: ${difference(readRequest(event), readRequest(neither))}`
    }),
    ...[undefined, null, 7, "x", [], {}, [{}], () => undefined].map(
      (event) => `event ${shown(event)}: ${difference(readRequest({}), readRequest(event))}`,
    ),
    ...arnLines(),
  ]
}
