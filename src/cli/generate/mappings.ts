import type { AuthorizerConfig } from "../../index.ts"
import { UsageError } from "../frame/command.ts"
import type { Generated } from "./execution.ts"

/** Keys of the context that every principal may have, and the names of their headers. */
const usual: { readonly [key: string]: string } = {
  sub: "Subject",
  issuer: "Issuer",
  clientId: "Client-Id",
  scopes: "Scopes",
  roles: "Roles",
  groups: "Groups",
  permissions: "Permissions",
}

/** In an HTTP API a text before the value keeps a header from being empty, so that it always replaces the client's. */
const inText = (name: string, source: string): string => `${name.toLowerCase()}=\${context.${source}}`

/**
 * Parameter mappings that hand the caller on to the backend. Each header is always written, so that what a client sent
 * under its name never arrives.
 */
export function mappings(config: AuthorizerConfig | undefined): Generated {
  if (config === undefined) throw new UsageError("mappings needs a configuration: its context names the headers")
  const own = Object.keys(config.context ?? {}).filter((key) => !Object.hasOwn(usual, key))
  const headers = new Map<string, string>([
    ...Object.entries(usual).map(([key, name]): [string, string] => [name, `authorizer.${key}`]),
    ...own.map((key): [string, string] => [headerName(key), `authorizer.${key}`]),
  ])
  const twice = own.find((key, at) => own.findIndex((other) => headerName(other) === headerName(key)) !== at)
  if (twice !== undefined) throw new UsageError(`context.${twice} has the header of another key: rename one`)
  const rest: { [parameter: string]: string } = {
    "integration.request.header.X-Hallpass-Principal": "context.authorizer.principalId",
  }
  // Simple responses have no principalId.
  const http: { [parameter: string]: string } = {
    "overwrite:header.x-hallpass-principal": "${context.authorizer.issuer}|${context.authorizer.sub}",
  }
  for (const [name, source] of headers) {
    rest[`integration.request.header.X-Hallpass-${name}`] = `context.${source}`
    http[`overwrite:header.x-hallpass-${name.toLowerCase()}`] = inText(name, source)
  }
  // Its signature shows that it is not what a client sent.
  if (config.assertion !== undefined) {
    rest["integration.request.header.X-Hallpass-Assertion"] = "context.authorizer.assertion"
    http["overwrite:header.x-hallpass-assertion"] = "$context.authorizer.assertion"
  }
  rest["integration.request.header.X-Hallpass-Trace-Id"] = "context.xrayTraceId"
  rest["integration.request.header.X-Request-Id"] = "context.requestId"
  http["overwrite:header.x-hallpass-trace-id"] = "$context.requestId"
  http["overwrite:header.x-request-id"] = "$context.requestId"
  if (config.observe?.traceContext === true) {
    rest["integration.request.header.X-Hallpass-Traceparent"] = "context.authorizer.traceparent"
    http["overwrite:header.x-hallpass-traceparent"] = "$context.authorizer.traceparent"
  }
  return {
    document: { rest, http },
    notes: [
      "rest: RequestParameters of integrations of REST APIs; http: those of HTTP APIs. Lambda proxies get the context anyway.",
      "Put them on every route, routes without an authorizer included: else a client's own header arrives there.",
      ...(config.gateway?.emptyContext === "dash"
        ? ['A caller who does not have a value has "-" there: the backend must take it as none.']
        : [
            'For REST APIs set gateway.emptyContext to "dash": a header that is mapped from a key without a value may be the ' +
              "client's own. Those of HTTP APIs begin with a text, so that none is empty.",
          ]),
    ],
  }
}

/** A header of a context key: `costCenter` becomes `Cost-Center`. */
function headerName(key: string): string {
  const words = key.replace(/([a-z0-9])([A-Z])/g, "$1-$2").replace(/[^A-Za-z0-9-]+/g, "-")
  return words.replace(/(^|-)([a-z])/g, (_all, dash: string, letter: string) => dash + letter.toUpperCase())
}
