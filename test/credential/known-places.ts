import { createExtract } from "../../src/credential/extract.ts"
import { readRequest } from "../../src/event/read.ts"
import type { AccessRequest } from "../../src/types/request.ts"
import { type EventOptions, eventBuilders } from "../support/events.ts"
import { grouped, outcome, shown } from "../support/known-lines.ts"

type Places = Omit<Parameters<typeof createExtract>[0], "maxLength" | "scheme"> & { readonly scheme?: string | null }
const extract = ({ scheme = "Bearer", ...places }: Places) => createExtract({ ...places, scheme, maxLength: 20 })

const tokenIn = (read: ReturnType<ReturnType<typeof extract>>) => ("refused" in read ? read : read.token)

const readers: { readonly [name: string]: ReturnType<typeof extract> } = {
  header: extract({ header: "Authorization" }),
  "header with another scheme": extract({ header: "X-Token", scheme: "DPoP" }),
  "header without a scheme": extract({ header: "x-token", scheme: null }),
  cookie: extract({ cookie: "token" }),
  query: extract({ query: "token" }),
  subprotocol: extract({ subprotocol: "bearer" }),
  all: extract({ header: "Authorization", cookie: "token", query: "token", subprotocol: "bearer" }),
  none: extract({}),
}

const requestOf = (kind: keyof typeof eventBuilders, options: EventOptions, more: object = {}): AccessRequest => {
  const request = readRequest({ ...eventBuilders[kind](undefined, options), ...more })
  if ("refused" in request) throw new Error(`no event: ${request.code}`)
  return request
}
const token = "a.b.c"
const longest = "x".repeat(20)
const kinds = ["rest-request", "http-2.0"] as const

/** Values in the place of a header. */
const headerValues: readonly unknown[] = [
  ...[
    `Bearer ${token}`,
    `bearer ${token}`,
    `BEARER   ${token}`,
    `Bearer${token}`,
    `Bearer`,
    "Bearer ",
    "Bearer  ",
    token,
    "",
  ],
  ...[
    ` Bearer ${token}`,
    `Bearer ${token} `,
    `Bearer ${token} x`,
    `Bearer\t${token}`,
    `Bearer \t${token}`,
    `Bearer\u00a0${token}`,
  ],
  ...[
    `Bearer ${token},Bearer d.e.f`,
    `Bearer ${token}, Bearer d.e.f`,
    `Bearer ${token},`,
    ",",
    `Basic x,Bearer ${token}`,
  ],
  ...[
    `DPoP ${token}`,
    `dpop ${token}`,
    `Basic ${token}`,
    `Bearer Bearer ${token}`,
    `Bearer:${token}`,
    `Bea\u0280er ${token}`,
  ],
  ...[`Bearer ${longest}`, `Bearer ${longest}x`, longest, `${longest}x`, `${token} `, ` ${token}`, `${token},d.e.f`],
  ...[8186, 8187].map((count) => `Bearer${" ".repeat(count)}${token}`),
  ...[undefined, null, 7, true, {}, [], [`Bearer ${token}`]],
]
const cookieValues: readonly unknown[] = [
  ...[
    "token=a.b.c",
    "other=x; token=a.b.c",
    "token=a.b.c; other=x",
    "token=a.b.c;other=x",
    ";token=a.b.c;",
    "token=",
    "token",
  ],
  ...[
    "Token=a.b.c",
    "xtoken=a.b.c",
    "token =a.b.c",
    "token=a.b.c; token=d.e.f",
    "token=a.b.c; token=a.b.c",
    "token=a b",
    "",
  ],
  ...["token=a.b.c, token=d", 'token="a.b.c"', `token=${longest}`, `token=${longest}x`, "tokens=x", "token=a=b"],
  ...[7, null, ["token=a.b.c"], ["token=a.b.c", "x=y"], ["token=a.b.c", "token=a.b.c"], [7]],
]
const queryValues: readonly unknown[] = [
  ...["a.b.c", "", "a.b.c,d.e.f", "a b", ",", longest, `${longest}x`, 7, null, true, ["a.b.c"], {}],
]

function headerLines(): readonly string[] {
  const names = ["Authorization", "authorization", "X-Token", "Authorizatio", "Authorization ", "Cookie", "cookie"]
  const rows: [name: string, request: AccessRequest][] = [
    ...names.map((name): [string, AccessRequest] => [
      `the header ${name}`,
      requestOf("http-2.0", { headers: { [name]: `Bearer ${token}` } }),
    ]),
    ...headerValues.flatMap((value): [string, AccessRequest][] => [
      [`authorization is ${shown(value)}`, requestOf("http-2.0", { headers: { authorization: value } })],
      [`x-token is ${shown(value)}`, requestOf("http-2.0", { headers: { "x-token": value } })],
      [`token event with ${shown(value)}`, requestOf("rest-token", {}, { authorizationToken: value })],
    ]),
    ...[[], [`Bearer ${token}`], ["a", "b"], [token, token], [null], [7], "x", null].map(
      (list): [string, AccessRequest] => [
        `authorization lists ${shown(list)}`,
        requestOf("rest-request", { headers: {}, multiValueHeaders: { Authorization: list } }),
      ],
    ),
    ...(
      [
        ["the same in both maps", `Bearer ${token}`, [`Bearer ${token}`]],
        ["another one in each map", `Bearer ${token}`, ["Bearer d.e.f"]],
        ["the last of two in both maps", `Bearer ${token}`, ["Bearer d.e.f", `Bearer ${token}`]],
      ] as const
    ).map(([name, one, list]): [string, AccessRequest] => [
      name,
      requestOf("rest-request", { headers: { Authorization: one }, multiValueHeaders: { authorization: list } }),
    ]),
    [
      "two spellings",
      requestOf("rest-request", {
        headers: { Authorization: `Bearer ${token}`, authorization: `Bearer ${token}` },
        multiValueHeaders: {},
      }),
    ],
  ]
  return rows.flatMap(linesOf)
}

function cookieLines(): readonly string[] {
  return cookieValues.flatMap((value) => [
    ...kinds.flatMap((kind) =>
      linesOf([`${kind}: Cookie is ${shown(value)}`, requestOf(kind, { headers: { Cookie: value } })]),
    ),
    ...linesOf([`cookies list ${shown(value)}`, requestOf("http-2.0", {}, { cookies: [value].flat() })]),
    ...linesOf([
      `cookies list ${shown(value)} and the header has it`,
      requestOf("http-2.0", { headers: { cookie: [value].flat().join("; ") } }, { cookies: [value].flat() }),
    ]),
  ])
}

function queryLines(): readonly string[] {
  return queryValues.flatMap((value) => [
    ...linesOf([`query is ${shown(value)}`, requestOf("http-2.0", {}, { queryStringParameters: { token: value } })]),
    ...linesOf([
      `query lists ${shown(value)}`,
      requestOf(
        "rest-request",
        {},
        { queryStringParameters: { token: "a.b.c" }, multiValueQueryStringParameters: { token: value } },
      ),
    ]),
    ...linesOf([
      `another query is ${shown(value)}`,
      requestOf("http-2.0", {}, { queryStringParameters: { Token: value } }),
    ]),
  ])
}

function subprotocolLines(): readonly string[] {
  const values: readonly unknown[] = [
    ...[
      "bearer, a.b.c",
      "bearer,a.b.c",
      "chat, bearer , a.b.c",
      "bearer, a.b.c, chat",
      "a.b.c, bearer",
      "bearer",
      "bearer,",
    ],
    ...[
      "Bearer, a.b.c",
      "bearers, a.b.c",
      "bearer, bearer",
      "bearer, a.b.c, bearer, d.e.f",
      "bearer, a b",
      "",
      "chat",
      7,
    ],
    ...[
      "bearer, ,a.b.c",
      `bearer, ${longest}`,
      `bearer, ${longest}x`,
      null,
      ["bearer", "a.b.c"],
      ["bearer", 7],
      ["bearer, a.b.c"],
    ],
  ]
  const name = "Sec-WebSocket-Protocol"
  return values.flatMap((value) => [
    ...linesOf([
      `websocket: subprotocol is ${shown(value)}`,
      requestOf("websocket", {
        headers: { [name]: value },
        multiValueHeaders: Array.isArray(value) ? { [name]: value } : {},
      }),
    ]),
    ...linesOf([
      `rest-request: subprotocol is ${shown(value)}`,
      requestOf("rest-request", { headers: { [name]: value }, multiValueHeaders: {} }),
    ]),
  ])
}

function placesLines(): readonly string[] {
  const places: readonly EventOptions[] = [
    { headers: { authorization: `Bearer ${token}` } },
    { headers: { authorization: "Basic x" } },
    { headers: { cookie: `token=${token}` } },
    { query: { token } },
    { headers: { "sec-websocket-protocol": `bearer, ${token}` } },
  ]
  const unnamed = requestOf("websocket", {
    headers: { cookie: "undefined=a.b.c", "sec-websocket-protocol": "undefined, a.b.c", undefined: `Bearer ${token}` },
    query: { undefined: token },
  })
  const listed = requestOf(
    "http-2.0",
    { headers: { cookie: `x=y; token=${token}` } },
    { cookies: ["x=y", `token=${token}`] },
  )
  const named = [
    ...linesOf(["places that are not configured", unnamed]),
    ...linesOf(["the same cookies in the list and in the header", listed]),
  ]
  const pairs = places.flatMap((a, first) =>
    places.slice(first).flatMap((b, second) => {
      const both = { headers: { ...a.headers, ...b.headers }, query: { ...a.query, ...b.query } }
      return linesOf([`places ${first} and ${first + second}`, requestOf("websocket", both)])
    }),
  )
  return [...named, ...pairs]
}

const linesOf = ([name, request]: readonly [name: string, request: AccessRequest]): readonly string[] => {
  const lines = grouped(Object.entries(readers).map(([reader, read]) => [reader, outcome(tokenIn(read(request)))]))
  return [name, ...lines.filter((line) => !line.endsWith(": credential_missing"))]
}

/** What each place of a credential gives for each form of it. */
export function knownCredentials(): readonly string[] {
  return [...headerLines(), ...cookieLines(), ...queryLines(), ...subprotocolLines(), ...placesLines()]
}
