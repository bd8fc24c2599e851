import type { Server, ServerResponse } from "node:http"
import type { ServiceMetrics } from "./metrics.ts"
import type { Service } from "./service.ts"

/** What the admin port shows. */
export interface AdminSources {
  readonly keySets: Service["keySets"]
  readonly clock: () => number
  readonly metrics: ServiceMetrics
  readonly isDraining: () => boolean
}

/** Liveness, readiness and metrics, on a port of their own: the main port answers neighbours and nothing else. */
export async function createAdminPort(sources: AdminSources): Promise<Server> {
  const { createServer } = await import("node:http")
  const times = {
    headersTimeout: 5000,
    requestTimeout: 5000,
    keepAliveTimeout: 5000,
    connectionsCheckingInterval: 2000,
  }
  const limits = { ...times, maxHeaderSize: 8192 }
  const server = createServer(limits, ({ method, url }, response) => {
    if (method !== "GET" && method !== "HEAD") return send(response, 405, "text/plain", "GET only\n")
    if (url === "/healthz") return send(response, 200, "text/plain", "ok\n")
    if (url === "/readyz") return ready(sources, response)
    if (url === "/metrics") return void metrics(sources, response)
    send(response, 404, "text/plain", "/healthz, /readyz, /metrics\n")
  })
  server.maxConnections = 64
  return server
}

/** Ready if every key set can be used. One that cannot is fetched: no request comes here before it is. */
function ready({ keySets, clock, isDraining }: AdminSources, response: ServerResponse): void {
  const now = clock()
  const states = keySets.map(({ issuer, keys }) => ({ issuer, usable: keys.isUsable(now) }))
  for (const { keys } of keySets) if (!keys.isUsable(now)) void keys.refreshed(now)
  const isReady = !isDraining() && states.every(({ usable }) => usable)
  send(response, isReady ? 200 : 503, "application/json", JSON.stringify({ ready: isReady, keySets: states }))
}

async function metrics({ metrics: { text, contentType } }: AdminSources, response: ServerResponse): Promise<void> {
  try {
    send(response, 200, contentType, await text())
  } catch {
    send(response, 500, "text/plain", "the metrics cannot be read\n")
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body)
}
