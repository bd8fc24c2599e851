import { Agent, request as ask } from "node:http"
import { apiSettings } from "../../../local/gateway/api.ts"
import { ApiGateway } from "../../../local/gateway/gateway.ts"
import type { HttpDialect } from "../../../src/http/dialect.ts"
import { createAuthorizationServer } from "../../../src/http.ts"
import { type AuthorizerConfig, createAuthorizer } from "../../../src/index.ts"
import { exportIstio } from "../../../src/mesh.ts"
import { istio } from "../../mesh/istio-model.ts"
import { checkRequest, envoyClient } from "../envoy.ts"
import { question } from "../question.ts"
import { clock, config, type Judge } from "./table.ts"

/** The Lambda handler as API Gateway uses it, with its cache of answers. */
function gateway(name: string, kind: "rest" | "http", block: AuthorizerConfig["gateway"], api: object): Judge {
  const { handler } = createAuthorizer({ ...config, gateway: block ?? {} }, { clock })
  const settings = apiSettings({ kind, routes: Object.keys(config.routes ?? {}), ...api })
  const behind = new ApiGateway(settings, handler, clock)
  return {
    name,
    async judge(authorization, method, target) {
      const [path = "", query = ""] = target.split("?")
      const headers: [string, string][] = authorization === undefined ? [] : [["Authorization", authorization]]
      const { response } = await behind.handle({ method, path, query, headers, sourceIp: "192.0.2.7" })
      return response === undefined ? 200 : response.status
    },
  }
}

/** The HTTP service, asked as a neighbour of the dialect asks. */
async function service(dialect: HttpDialect): Promise<Judge> {
  const { url, close } = await createAuthorizationServer(config, { dialect, port: 0 }, { clock })
  const { port } = new URL(url)
  const agent = new Agent({ keepAlive: true })
  return {
    name: `service, ${dialect}`,
    judge: (authorization, method, target) =>
      new Promise((resolve, reject) => {
        const { headers, ...asked } = question(dialect, method, target)
        const sent = { ...headers, ...(authorization !== undefined && { authorization }) }
        ask({ ...asked, agent, host: "127.0.0.1", port, headers: sent }, (response) => {
          response.resume()
          response.on("end", () => resolve(response.statusCode ?? 0))
        })
          .on("error", reject)
          .end()
      }),
    async close() {
      agent.destroy()
      await close()
    },
  }
}

async function overGrpc(): Promise<Judge> {
  const { url, close } = await createAuthorizationServer(config, { dialect: "envoy-grpc", port: 0 }, { clock })
  const envoy = envoyClient(url)
  const numbers: { readonly [name: string]: number } = { Unauthorized: 401, Forbidden: 403, ServiceUnavailable: 503 }
  return {
    name: "service, gRPC",
    async judge(authorization, method, target) {
      const headers = authorization === undefined ? undefined : { authorization }
      const { status, denied_response } = await envoy.check(checkRequest(method, target, { ...headers }))
      return status.code === 0 ? 200 : (numbers[String(denied_response?.status.code)] ?? 0)
    },
    async close() {
      envoy.close()
      await close()
    },
  }
}

/** A model of Istio with the exported documents. */
function exportedToIstio(): Judge {
  const { documents } = exportIstio(config, { onUnsupported: "comment" })
  const mesh = istio(documents, clock())
  return {
    name: "Istio, exported rules",
    judge: async (authorization, method, target) =>
      mesh({ method, target, headers: authorization === undefined ? {} : { authorization } }),
  }
}

/** Every way to ask. The first one is what the others are compared with. */
export async function allJudges(): Promise<readonly Judge[]> {
  const dialects = ["nginx", "caddy", "traefik", "envoy", "gloo"] as const
  return [
    ...(await Promise.all(dialects.map(service))),
    await overGrpc(),
    exportedToIstio(),
    gateway("REST API, answers kept for 300 s", "rest", undefined, {}),
    gateway("REST API, nothing kept", "rest", { resultTtlSeconds: 0 }, { authorizer: { resultTtlSeconds: 0 } }),
    gateway("HTTP API, nothing kept", "http", { resultTtlSeconds: 0 }, { authorizer: { resultTtlSeconds: 0 } }),
    gateway(
      "HTTP API, simple responses",
      "http",
      { resultTtlSeconds: 0, responses: "simple" },
      { authorizer: { resultTtlSeconds: 0, simpleResponses: true } },
    ),
  ]
}
