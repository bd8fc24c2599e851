import type { AuthorizerParts } from "../authorizer/parts.ts"
import { ConfigurationError, type ConfigurationProblem } from "../types/errors.ts"
import { type Dialect, httpDialects } from "./dialect.ts"

/** Certificates of the service, as PEM texts. */
export interface ServiceTls {
  readonly cert: string
  readonly key: string
  /**
   * Mutual TLS: only neighbours with a certificate of these authorities are served.
   *
   * @default no client certificate is asked for
   */
  readonly clientCa?: string
}

/** Where the service listens, and how it is asked. */
export interface AuthorizationServerOptions {
  /** How the neighbour says what its client sent. `envoy-grpc` is asked over gRPC only. */
  readonly dialect: Dialect
  /** @default "127.0.0.1" */
  readonly host?: string
  /** 0: any free port. @default 9191 */
  readonly port?: number
  /** A port for Envoy's gRPC beside HTTP; 0: any free port. @default none; with `envoy-grpc` it is `port` */
  readonly grpcPort?: number
  /** A port for `/healthz`, `/readyz` and `/metrics`; 0: any free port. @default none */
  readonly adminPort?: number
  /** @default plain text, for the loopback interface and meshes that encrypt by themselves */
  readonly tls?: ServiceTls
  /** Most connections at once, of the HTTP port. @default 4096, 1 to 65536 */
  readonly maxConnections?: number
  /** Longest wait for requests under way at `close`. Milliseconds. @default 10000, 0 to 300000 */
  readonly closeTimeoutMs?: number
}

/** Loads an optional package by its name. */
export type LoadPackage = (name: OptionalPackage) => Promise<unknown>
export type OptionalPackage = "prom-client" | "@grpc/grpc-js" | "@grpc/proto-loader"

/** The parts of a service: those of an authorizer, and where its optional packages come from. */
export interface ServiceParts extends AuthorizerParts {
  /**
   * @default `import()`: install prom-client for an admin port, and `@grpc/grpc-js` with `@grpc/proto-loader` for gRPC
   */
  readonly loadPackage?: LoadPackage
}

/** The options with their defaults. */
export interface CheckedServiceOptions {
  readonly dialect: Dialect
  readonly host: string
  /** Undefined: no HTTP port. */
  readonly port: number | undefined
  readonly grpcPort: number | undefined
  readonly adminPort: number | undefined
  readonly tls: ServiceTls | undefined
  readonly maxConnections: number
  readonly closeTimeoutMs: number
}

const known = ["dialect", "host", "port", "grpcPort", "adminPort", "tls", "maxConnections", "closeTimeoutMs"]
const names: readonly string[] = [...httpDialects, "envoy-grpc"]

/** Checks the options of a service. @throws ConfigurationError with every problem at once */
export function checkServiceOptions(value: AuthorizationServerOptions): CheckedServiceOptions {
  const problems: ConfigurationProblem[] = []
  const report = (path: string, message: string): void => void problems.push({ path, message })
  const raw: { readonly [name: string]: unknown } = Object(value)
  for (const name of Object.keys(raw)) if (!known.includes(name)) report(name, `is unknown; known: ${known.join(", ")}`)
  const whole = (name: string, max: number, fallback: number | undefined, min = 0): number | undefined => {
    const given = raw[name] === undefined ? fallback : raw[name]
    if (given === undefined || (Number.isInteger(given) && (given as number) >= min && (given as number) <= max))
      return given as number | undefined
    report(name, `is not a whole number from ${min} to ${max}`)
    return fallback
  }
  const dialect = names.includes(String(raw.dialect)) ? (raw.dialect as Dialect) : undefined
  if (dialect === undefined) report("dialect", `is none of ${names.join(", ")}. Set it to the neighbour that asks`)
  const { host = "127.0.0.1", tls } = value
  if (typeof host !== "string" || host === "") report("host", "is not an address or name to listen on")
  checkTls(tls, report)
  const port = whole("port", 65_535, 9191)
  const grpcPort = whole("grpcPort", 65_535, undefined)
  const adminPort = whole("adminPort", 65_535, undefined)
  const maxConnections = whole("maxConnections", 65_536, 4096, 1)
  const closeTimeoutMs = whole("closeTimeoutMs", 300_000, 10_000)
  if (dialect === undefined || problems.length > 0) throw new ConfigurationError(problems)
  const overGrpc = dialect === "envoy-grpc"
  return {
    dialect,
    host,
    port: overGrpc ? undefined : port,
    grpcPort: overGrpc ? (grpcPort ?? port) : grpcPort,
    adminPort,
    tls,
    maxConnections: maxConnections ?? 4096,
    closeTimeoutMs: closeTimeoutMs ?? 10_000,
  }
}

function checkTls(tls: unknown, report: (path: string, message: string) => void): void {
  if (tls === undefined) return
  const raw: { readonly [name: string]: unknown } = Object(tls)
  for (const name of Object.keys(raw))
    if (!["cert", "key", "clientCa"].includes(name)) report(`tls.${name}`, "is unknown; known: cert, key, clientCa")
  for (const name of ["cert", "key", ...(raw.clientCa === undefined ? [] : ["clientCa"])])
    if (typeof raw[name] !== "string" || raw[name] === "") report(`tls.${name}`, "is not a text with PEM blocks")
}
