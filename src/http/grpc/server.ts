import type { Answered } from "../main-port.ts"
import type { Bindable } from "../open-ports.ts"
import type { Service } from "../service.ts"
import { faultAnswer, type ServiceAnswer } from "../service-answers.ts"
import type { ServiceTls } from "../service-options.ts"
import { type CheckRequest, requestOf, responseOf } from "./check.ts"
import { extAuthzDescriptor } from "./ext-authz.ts"

/** As much of @grpc/grpc-js as is used. */
interface Grpc {
  readonly Server: new (options: { readonly [option: string]: number }) => GrpcServer
  readonly ServerCredentials: {
    createInsecure(): unknown
    createSsl(
      ca: Buffer | null,
      pairs: readonly { readonly private_key: Buffer; readonly cert_chain: Buffer }[],
      checkClient: boolean,
    ): unknown
  }
}
interface GrpcServer {
  addService(definition: unknown, methods: object): void
  bindAsync(address: string, credentials: unknown, done: (error: Error | null, port: number) => void): void
  tryShutdown(done: () => void): void
  forceShutdown(): void
}
/** As much of @grpc/proto-loader as is used. */
interface Loader {
  fromJSON(json: object, options: object): { readonly [name: string]: unknown }
}
interface Call {
  readonly request: CheckRequest
  readonly cancelled: boolean
}
type Reply = (error: object | null, response?: object) => void

/** The packages that the gRPC port is made of. */
export interface GrpcPackages {
  readonly grpc: unknown
  readonly loader: unknown
}

/** Envoy's question has its client's headers, of 60 KiB at most, and a certificate. Bytes. */
const maxMessageBytes = 262_144

const limits = {
  "grpc.max_receive_message_length": maxMessageBytes,
  "grpc.max_send_message_length": maxMessageBytes,
  "grpc.max_concurrent_streams": 1024,
  "grpc.max_metadata_size": 16_384,
  // A half-open connection is found and ended.
  "grpc.keepalive_time_ms": 30_000,
  "grpc.keepalive_timeout_ms": 10_000,
  "grpc.keepalive_permit_without_calls": 1,
}

const serviceName = "envoy.service.auth.v3.Authorization"

/** The gRPC port: `envoy.service.auth.v3.Authorization/Check`. */
export function createGrpcPort(
  packages: GrpcPackages,
  service: Service,
  tls: ServiceTls | undefined,
  answered: Answered | undefined,
): Bindable {
  const grpc = packages.grpc as Grpc
  const loader = packages.loader as Loader
  const definition = loader.fromJSON(extAuthzDescriptor, { longs: Number, enums: Number })[serviceName]
  const server = new grpc.Server(limits)
  server.addService(definition, {
    Check(call: Call, reply: Reply) {
      const startedAtMs = answered === undefined ? 0 : performance.now()
      const finish = (answer: ServiceAnswer): void => {
        answered?.(answer, startedAtMs)
        if (!call.cancelled) reply(null, responseOf(answer)) // past its deadline no client waits
      }
      const failed = (): void => finish(faultAnswer)
      service.decide(requestOf(call.request)).then(finish).catch(failed)
    },
  })
  return {
    bind: (address) =>
      new Promise((resolve, reject) => {
        const bound = (error: Error | null, port: number): void => (error ? reject(error) : resolve(port))
        server.bindAsync(address, credentialsOf(grpc, tls), bound)
      }),
    shutdown: () => new Promise((resolve) => server.tryShutdown(() => resolve())),
    stop: () => server.forceShutdown(),
  }
}

function credentialsOf({ ServerCredentials }: Grpc, tls: ServiceTls | undefined): unknown {
  if (tls === undefined) return ServerCredentials.createInsecure()
  const { cert, key, clientCa } = tls
  const pairs = [{ private_key: Buffer.from(key), cert_chain: Buffer.from(cert) }]
  return ServerCredentials.createSsl(
    clientCa === undefined ? null : Buffer.from(clientCa),
    pairs,
    clientCa !== undefined,
  )
}
