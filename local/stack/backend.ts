import type { ApiSettings, ClientRequest } from "../gateway/api.ts"

/** What a backend is asked. */
export interface BackendRequest {
  readonly kind: ApiSettings["kind"]
  readonly request: ClientRequest
  /** `requestContext.authorizer`. */
  readonly authorizer: unknown
  readonly body: Buffer
}

/** What a backend answers. */
export interface BackendResponse {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
}

export interface Backend {
  /** For people: `demo`, or the address. */
  readonly name: string
  respond(request: BackendRequest): Promise<BackendResponse>
  /** Ends what is open to it. */
  close?(): void
}

/** What the demo backend says that it received. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: { readonly [name: string]: string }
  readonly authorizer: unknown
}

/** Header names in lower case, repeated ones joined. */
export function receivedBy({
  request: { method, path, headers },
  authorizer,
}: Pick<BackendRequest, "request" | "authorizer">): Received {
  const joined = new Map<string, string>()
  for (const [name, value] of headers) {
    const before = joined.get(name.toLowerCase())
    joined.set(name.toLowerCase(), before === undefined ? value : `${before},${value}`)
  }
  return { method, path, headers: Object.fromEntries(joined), authorizer: authorizer ?? null }
}

/** Echoes what it received. */
export const demoBackend: Backend = {
  name: "demo",
  async respond(asked) {
    return {
      status: 200,
      headers: [["content-type", "application/json"]],
      body: Buffer.from(JSON.stringify(receivedBy(asked))),
    }
  },
}
