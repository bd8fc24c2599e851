import { request as httpRequest } from "node:http"
import { afterAll, beforeAll } from "vitest"
import { type ServedStack, serveStack } from "../../../local/server/serve.ts"
import { demoConfiguration } from "../../../local/stack/demo.ts"
import { LocalStack } from "../../../local/stack/stack.ts"
import type { StackOptions } from "../../../local/stack/stack-options.ts"

export interface Reply {
  readonly status: number
  readonly headers: { readonly [name: string]: string | string[] | undefined }
  readonly text: string
}

/** A request with headers that `fetch` would not send, such as `Host`. */
export function raw(
  url: string,
  { method = "GET", headers = {}, body }: { method?: string; headers?: object; body?: string | Buffer } = {},
): Promise<Reply> {
  const { hostname, port } = new URL(url)
  // The path as it is written: URL would resolve dot segments.
  const path = url.replace(/^\w+:\/\/[^/]+/, "") || "/"
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ hostname, port, path, method, headers: { ...headers } }, (incoming) => {
      let text = ""
      incoming.setEncoding("utf8")
      incoming.on("data", (chunk) => {
        text += chunk
      })
      incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }))
      incoming.on("error", reject)
    })
    outgoing.on("error", reject)
    outgoing.end(body)
  })
}

/** A stack of the demonstration for the tests of a file, with a clock that stands still. */
export interface Rig {
  readonly stack: () => LocalStack
  readonly served: () => ServedStack
  /** A call with the control token. */
  call<Result>(route: string, body?: unknown): Promise<Result>
  reply(route: string, body?: unknown): Promise<Reply>
  token(wish: object): Promise<string>
  /** The address of an API. */
  gateway(name: string): string
}

export const now: number = Date.UTC(2026, 0, 15, 12)

export function rig(options: Partial<StackOptions> = {}): Rig {
  let [stack, served]: [LocalStack?, ServedStack?] = []
  beforeAll(async () => {
    stack = await LocalStack.start({
      ...{ mode: "demo", source: "the tests", config: demoConfiguration, localIssuers: true, clock: () => now },
      ...options,
    })
    served = await serveStack(stack, 0)
  })
  afterAll(() => served?.close())
  const reply = (route: string, body?: unknown): Promise<Reply> => {
    const [method = "", path = ""] = route.split(" ")
    const headers = { "x-hallpass-token": served?.token ?? "", "content-type": "application/json" }
    return raw(`${served?.page}${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
  }
  async function call<Result>(route: string, body?: unknown): Promise<Result> {
    const { status, text } = await reply(route, body)
    if (status !== 200) throw new Error(`${route}: ${status} ${text}`)
    return JSON.parse(text) as Result
  }
  return {
    ...{ stack: () => stack as LocalStack, served: () => served as ServedStack, call, reply },
    token: async (wish) => (await call<{ token: string }>("POST /api/tokens", wish)).token,
    gateway: (name) => served?.gateways.get(name as never) ?? "",
  }
}
