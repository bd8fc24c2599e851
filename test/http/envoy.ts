import * as grpc from "@grpc/grpc-js"
import { envoyDefinitions } from "../support/envoy-definitions.ts"

/** The definitions that Envoy publishes, whole. */
export const definitions: ReturnType<typeof envoyDefinitions> = envoyDefinitions(["service/auth/v3/external_auth"], {
  longs: Number,
  defaults: true,
  oneofs: true,
})

/** A `CheckResponse`, as far as tests look at it. */
export interface CheckResponse {
  readonly status: { readonly code: number }
  readonly http_response: "ok_response" | "denied_response"
  readonly ok_response?: { readonly headers: readonly HeaderOption[]; readonly headers_to_remove: readonly string[] }
  readonly denied_response?: {
    readonly status: { readonly code: number | string }
    readonly headers: readonly HeaderOption[]
  }
}

interface HeaderOption {
  readonly header: { readonly key: string; readonly value: string }
  readonly append: { readonly value: boolean } | null
  readonly append_action: string
  readonly keep_empty_value: boolean
}

/** A client that asks as Envoy does. */
export interface EnvoyClient {
  check(request: object, options?: { readonly deadline?: number }): Promise<CheckResponse>
  close(): void
}

type Callback = (error: Error | null, response: CheckResponse) => void
type Stub = { Check(request: object, options: object, done: Callback): void; close(): void }

export function envoyClient(
  url: string,
  credentials: grpc.ChannelCredentials = grpc.credentials.createInsecure(),
): EnvoyClient {
  const { envoy } = grpc.loadPackageDefinition(definitions) as never as {
    envoy: {
      service: {
        auth: {
          v3: { Authorization: new (address: string, credentials: grpc.ChannelCredentials, options: object) => Stub }
        }
      }
    }
  }
  const options = { "grpc.max_send_message_length": 16_777_216 }
  const stub = new envoy.service.auth.v3.Authorization(new URL(url).host, credentials, options)
  return {
    check: (request, call = {}) =>
      new Promise((resolveWith, reject) => {
        stub.Check(request, call, (error, response) => (error === null ? resolveWith(response) : reject(error)))
      }),
    close: () => stub.close(),
  }
}

/** The attributes that Envoy sends for a request. */
export function checkRequest(
  method: string,
  path: string,
  headers: { readonly [name: string]: string },
  more: object = {},
): object {
  const pseudo = { ":method": method, ":path": path, ":authority": "orders.example.com", ":scheme": "https" }
  return {
    attributes: {
      source: { address: { socket_address: { address: "192.0.2.7", port_value: 4711 } }, principal: "" },
      destination: { address: { socket_address: { address: "192.0.2.1", port_value: 443 } } },
      request: {
        time: { seconds: 1_790_000_000 },
        http: {
          id: "1",
          method,
          path,
          host: "orders.example.com",
          scheme: "https",
          protocol: "HTTP/2",
          size: 0,
          headers: { ...pseudo, ...headers },
          ...more,
        },
      },
      context_extensions: {},
      metadata_context: {},
    },
  }
}

/** The headers of a request after Envoy has applied an allow: overwritten where a name is the same. */
export function applied(
  headers: { readonly [name: string]: string },
  response: CheckResponse,
): { [name: string]: string } {
  const after: { [name: string]: string } = { ...headers }
  for (const { header, append, append_action } of response.ok_response?.headers ?? []) {
    if (append?.value === true || append_action !== "OVERWRITE_IF_EXISTS_OR_ADD")
      throw new Error(`${header.key} is appended`)
    after[header.key] = header.value
  }
  for (const name of response.ok_response?.headers_to_remove ?? []) delete after[name]
  return after
}
