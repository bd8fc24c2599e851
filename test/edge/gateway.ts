import { createServer, type IncomingMessage, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { inspect } from "node:util"
import type { Authorizer } from "../../src/index.ts"

/** The kinds of APIs whose events the gateway makes out of one request. */
export const apiKinds = ["rest", "http-2.0"] as const
export type ApiKind = (typeof apiKinds)[number]

/** What an API would have answered, and what its backend would have got to know. */
export interface GatewayAnswer {
  /** 200 where the backend would have been called. */
  readonly status: number
  readonly reason: string
  readonly principalId?: string
  /** What the backend reads in `requestContext.authorizer`. */
  readonly context?: { readonly [key: string]: unknown }
}

/** One answer per kind of API. */
export type GatewayAnswers = { readonly [kind in ApiKind]: GatewayAnswer }

/** A gateway on loopback. */
export interface Gateway {
  readonly port: number
  /** The header lines of the last request as they came, in order. */
  readonly lastHeaders: () => readonly (readonly [name: string, value: string])[]
  close(): Promise<void>
}

/** The host name that the APIs are called by; the stage is the first part of every path, as on the default endpoint. */
export const domainName = "abc123def4.execute-api.eu-west-1.amazonaws.com"
const accountId = "123456789012"
const apiId = "abc123def4"

/**
 * Plays API Gateway: turns each HTTP request into an event of a REST API and one of an HTTP API (payload 2.0), lets the
 * authorizer judge both, and answers with both outcomes as JSON. It takes header values that the real gateway would not
 * let through, so that the authorizer sees them.
 */
export async function startGateway(authorizer: Authorizer): Promise<Gateway> {
  let lines: (readonly [string, string])[] = []
  const server = createServer({ insecureHTTPParser: true, keepAlive: false }, (request, response) => {
    lines = headerLines(request)
    judge(authorizer, request, lines).then(
      (answers) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answers)),
      (error: unknown) => response.writeHead(500).end(inspect(error)),
    )
  })
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  return { port: (server.address() as AddressInfo).port, lastHeaders: () => lines, close: () => closed(server) }
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((done) => server.close(() => done()))
}

async function judge(
  authorizer: Authorizer,
  request: IncomingMessage,
  lines: readonly (readonly [string, string])[],
): Promise<GatewayAnswers> {
  return {
    rest: await answerTo(authorizer, restEvent(request, lines)),
    "http-2.0": await answerTo(authorizer, httpEvent(request, lines)),
  }
}

async function answerTo(authorizer: Authorizer, event: object): Promise<GatewayAnswer> {
  const { reason } = await authorizer.decide(event)
  try {
    const answer = (await authorizer.handler(event)) as {
      principalId?: string
      context?: { [key: string]: unknown }
      policyDocument: { Statement: readonly { Effect: string }[] }
    }
    // The routes of the test have one rule, so an answer is all Allow or all Deny.
    const allowed = answer.policyDocument.Statement.every(({ Effect }) => Effect === "Allow")
    const { principalId, context } = answer
    return { status: allowed ? 200 : 403, reason, ...(principalId && { principalId }), ...(context && { context }) }
  } catch (error) {
    return { status: (error as Error).message === "Unauthorized" ? 401 : 500, reason }
  }
}

/** Node shows the octets of a value as characters up to U+00FF; the gateway's events are UTF-8. */
function headerLines({ rawHeaders }: IncomingMessage): (readonly [string, string])[] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [
    rawHeaders[2 * index] as string,
    Buffer.from(rawHeaders[2 * index + 1] as string, "latin1").toString("utf8"),
  ])
}

function target({ url = "" }: IncomingMessage): { path: string; query: string; stage: string; resource: string } {
  const [path = "", query = ""] = url.split("?", 2)
  const [, stage = "", ...rest] = path.split("/")
  return { path, query, stage, resource: `/${rest.join("/")}` }
}

/** A REST API, REQUEST authorizer: names as they came, the last value of each, and all values of each. */
function restEvent(request: IncomingMessage, lines: readonly (readonly [string, string])[]): object {
  const { path, query, stage, resource } = target(request)
  const all: { [name: string]: string[] } = {}
  for (const [name, value] of lines) {
    all[name] ??= []
    all[name].push(value)
  }
  const parameters = [...new URLSearchParams(query)]
  return {
    type: "REQUEST",
    methodArn: `arn:aws:execute-api:eu-west-1:${accountId}:${apiId}/${stage}/${request.method}${resource}`,
    resource: "/{proxy+}",
    path: resource,
    httpMethod: request.method,
    headers: Object.fromEntries(lines),
    multiValueHeaders: all,
    queryStringParameters: Object.fromEntries(parameters),
    multiValueQueryStringParameters: Object.fromEntries(parameters.map(([name, value]) => [name, [value]])),
    pathParameters: { proxy: resource.slice(1) },
    stageVariables: {},
    requestContext: {
      resourceId: "w567jh",
      resourcePath: "/{proxy+}",
      httpMethod: request.method,
      path,
      accountId,
      protocol: "HTTP/1.1",
      stage,
      domainName,
      domainPrefix: apiId,
      requestId: "141d6671-99b4-40ca-9997-7a22f01eac74",
      extendedRequestId: "ZhFsxGQDDoEEMig=",
      identity: { sourceIp: request.socket.remoteAddress, userAgent: request.headers["user-agent"] ?? null },
      apiId,
    },
  }
}

/** An HTTP API, payload 2.0: names in lower case, values of one name joined by commas. */
function httpEvent(request: IncomingMessage, lines: readonly (readonly [string, string])[]): object {
  const { path, query, stage, resource } = target(request)
  const headers: { [name: string]: string } = {}
  for (const [name, value] of lines) {
    const lowerCaseName = name.toLowerCase()
    const before = headers[lowerCaseName]
    headers[lowerCaseName] = before === undefined ? value : `${before},${value}`
  }
  return {
    version: "2.0",
    type: "REQUEST",
    routeArn: `arn:aws:execute-api:eu-west-1:${accountId}:${apiId}/${stage}/${request.method}${resource}`,
    identitySource: null,
    routeKey: "ANY /{proxy+}",
    rawPath: path,
    rawQueryString: query,
    headers,
    requestContext: {
      accountId,
      apiId,
      domainName,
      domainPrefix: apiId,
      http: {
        method: request.method,
        path,
        protocol: "HTTP/1.1",
        sourceIp: request.socket.remoteAddress,
        userAgent: request.headers["user-agent"] ?? "",
      },
      requestId: "ZhNHJhhLjoEEPiw=",
      routeKey: "ANY /{proxy+}",
      stage,
      timeEpoch: 1_790_000_060_000,
    },
  }
}
