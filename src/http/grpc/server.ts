import type { Server, Socket } from "node:net"
import { decided } from "../guarded-answer.ts"
import type { Answered } from "../main-port.ts"
import type { Bindable } from "../open-ports.ts"
import { questionTimeoutMs, tlsOf } from "../port-limits.ts"
import type { Service } from "../service.ts"
import { faultAnswer, type ServiceAnswer } from "../service-answers.ts"
import type { CheckedServiceOptions, ServiceTls } from "../service-options.ts"
import { type CheckRequest, requestOf, responseOf } from "./check.ts"
import { extAuthzDescriptor } from "./ext-authz.ts"

/** As much of @grpc/grpc-js as is used. */
interface Grpc {
  readonly Server: new (options: object) => GrpcServer
  readonly ServerCredentials: { createInsecure(): unknown }
  readonly ServerInterceptingCall: new (call: InterceptedCall, responder: object) => unknown
}
interface GrpcServer {
  addService(definition: unknown, methods: object): void
  createConnectionInjector(credentials: unknown): { injectConnection(socket: Socket): void }
  tryShutdown(done: () => void): void
  forceShutdown(): void
}
/** The call of one stream. A status alone would leave the stream open for a client that goes on. */
interface InterceptedCall {
  readonly stream?: { close(http2Code: number): void }
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

/** Limits of time for a client that does not answer. Milliseconds. */
export interface GrpcTimes {
  /** A connection without a sign of life is asked for one after this time. */
  readonly keepAliveMs: number
  /** It is ended if the sign does not come in this time. */
  readonly answerMs: number
  /** A question is complete in this time. */
  readonly questionMs: number
}

const usualTimes: GrpcTimes = { keepAliveMs: 30_000, answerMs: 10_000, questionMs: questionTimeoutMs }

const limits = ({ keepAliveMs, answerMs }: GrpcTimes): object => ({
  "grpc.max_receive_message_length": maxMessageBytes,
  "grpc.max_send_message_length": maxMessageBytes,
  "grpc.max_concurrent_streams": 1024,
  "grpc.max_metadata_size": 16_384,
  // A half-open connection is found and ended.
  "grpc.keepalive_time_ms": keepAliveMs,
  "grpc.keepalive_timeout_ms": answerMs,
  "grpc.keepalive_permit_without_calls": 1,
})

const serviceName = "envoy.service.auth.v3.Authorization"

/** The gRPC port: `envoy.service.auth.v3.Authorization/Check`. */
export async function createGrpcPort(
  packages: GrpcPackages,
  service: Service,
  { tls, maxConnections }: Pick<CheckedServiceOptions, "tls" | "maxConnections">,
  answered: Answered | undefined,
  times: GrpcTimes = usualTimes,
): Promise<Bindable> {
  const grpc = packages.grpc as Grpc
  const loader = packages.loader as Loader
  const definition = loader.fromJSON(extAuthzDescriptor, { longs: Number, enums: Number })[serviceName]
  const server = new grpc.Server({ ...limits(times), interceptors: [inTime(grpc, times.questionMs)] })
  server.addService(definition, {
    Check(call: Call, reply: Reply) {
      const startedAtMs = answered === undefined ? 0 : performance.now()
      const finish = (answer: ServiceAnswer): void => {
        answered?.(answer, startedAtMs)
        if (!call.cancelled) reply(null, responseOf(answer)) // past its deadline no client waits
      }
      const failed = (): void => finish(faultAnswer)
      decided(service, () => requestOf(call.request))
        .then(finish)
        .catch(failed)
    },
  })
  // The connections are taken here, because the gRPC server does not limit their number and their handshakes.
  const { injectConnection } = server.createConnectionInjector(grpc.ServerCredentials.createInsecure())
  const front = await listenerOf(tls, injectConnection)
  front.maxConnections = maxConnections
  return {
    front,
    shutdown: () =>
      new Promise((resolve) => {
        front.close()
        server.tryShutdown(() => resolve())
      }),
    stop: () => server.forceShutdown(),
  }
}

async function listenerOf(tls: ServiceTls | undefined, connected: (socket: Socket) => void): Promise<Server> {
  if (tls === undefined) return (await import("node:net")).createServer({ noDelay: true }, connected)
  const secure = { ...tlsOf(tls), noDelay: true, ALPNProtocols: ["h2"] }
  return (await import("node:tls")).createServer(secure, connected)
}

/** RFC 9113 section 7: CANCEL. */
const cancelled = 8

/** Ends a question that does not come to its end. */
function inTime(grpc: Grpc, timeoutMs: number): (method: unknown, call: InterceptedCall) => unknown {
  return (_method, call) => {
    const timer = setTimeout(() => call.stream?.close(cancelled), timeoutMs)
    const onReceiveHalfClose = (next: () => void): void => {
      clearTimeout(timer)
      next()
    }
    const listener = { onReceiveHalfClose, onCancel: () => clearTimeout(timer) }
    return new grpc.ServerInterceptingCall(call, { start: (next: (given: object) => void) => next(listener) })
  }
}
