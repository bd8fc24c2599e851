import { randomBytes } from "node:crypto"
import type { Server } from "node:http"
import { type ApiName, apiNames } from "../stack/apis.ts"
import type { LocalStack } from "../stack/stack.ts"
import { controlServer } from "./control-server.ts"
import { gatewayServer } from "./gateway-server.ts"
import { closed, listenOnLoopback } from "./listen.ts"
import { webSocketGateway } from "./websocket-server.ts"

/** A stack that can be reached. */
export interface ServedStack {
  /** The page's address. */
  readonly page: string
  /** True if the wanted port was in use. */
  readonly moved: boolean
  readonly token: string
  readonly gateways: ReadonlyMap<ApiName, string>
  close(): Promise<void>
}

/**
 * Serves the page, its control API and every kind of API of a stack, on loopback.
 *
 * @param port of the page: the next free one is taken if it is in use; 0 for any
 */
export async function serveStack(stack: LocalStack, port: number): Promise<ServedStack> {
  const token = randomBytes(24).toString("base64url")
  const gateways = new Map<ApiName, string>()
  let page = ""
  const servers: Server[] = []
  const control = controlServer(stack, token, () => ({ page, gateways }))
  try {
    const taken = await listenOnLoopback(control, port)
    servers.push(control)
    page = `http://127.0.0.1:${taken}`
    // Every kind has a server from the start: an edited configuration may make another one possible.
    for (const name of apiNames) {
      const isWebSocket = name === "websocket"
      const server = isWebSocket ? webSocketGateway(stack) : gatewayServer(stack, name)
      const at = await listenOnLoopback(server, 0)
      servers.push(server)
      gateways.set(name, `${isWebSocket ? "ws" : "http"}://127.0.0.1:${at}`)
    }
    return { page, moved: port !== 0 && taken !== port, token, gateways, close }
  } catch (error) {
    await close()
    throw error
  }

  async function close(): Promise<void> {
    await Promise.all(servers.map(closed))
    await stack.stop()
  }
}
