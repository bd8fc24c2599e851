import { type AuthorizationServer, createAuthorizationServer, type LoadPackage, type ServiceTls } from "../http.ts"
import { type AuthorizerConfig, ConfigurationError } from "../index.ts"
import { createPowertoolsObserver } from "../observe.ts"
import { readConfiguration } from "./configuration.ts"
import { type Command, type CommandLine, configOption, flagOf, textOption, UsageError } from "./frame/command.ts"
import { readInput } from "./frame/input.ts"
import type { Output } from "./frame/output.ts"
import { ending } from "./frame/signals.ts"

const dialects = ["envoy", "envoy-grpc", "nginx", "caddy", "traefik", "gloo"] as const

export const serve: Command = {
  description: `Runs the rules of a configuration as an external authorization service: nginx
auth_request, Caddy forward_auth, Traefik ForwardAuth, Envoy and Istio ext_authz,
Gloo. The gateway block is ignored; every request is decided by itself, by path.

An allow is 200 with every identity header, x-hallpass-principal,
x-hallpass-scopes and one for each context key; headers without a value are
empty, so that a client's own never survives. A refusal is 401 with
WWW-Authenticate, 403, or 503 if the question cannot be decided.

Refusals are written to standard output, one JSON record a line, without tokens
and claims. SIGTERM ends the service once the requests under way are answered.`,
  options: [
    configOption,
    { flags: "--dialect <name>", description: "how the neighbour asks", choices: dialects, required: true },
    { flags: "--host <address>", description: "the address to listen on (default: 127.0.0.1)" },
    { flags: "--port <number>", description: "the port that the neighbour asks; 0: any (default: 9191)" },
    { flags: "--grpc-port <number>", description: "a port for Envoy's gRPC beside HTTP; 0: any" },
    {
      flags: "--admin-port <number>",
      description: "the port of /healthz, /readyz and /metrics; 0: any (default: 9192)",
    },
    { flags: "--tls-cert <file>", description: "the service's certificate chain, PEM" },
    { flags: "--tls-key <file>", description: "the key of --tls-cert, PEM" },
    { flags: "--tls-client-ca <file>", description: "mutual TLS: the authorities of the neighbour's certificate, PEM" },
  ],
  examples: [
    "serve --dialect nginx --config authorizer.json",
    "serve --dialect envoy --grpc-port 9193 --config authorizer.yaml",
    "serve --dialect caddy --config authorizer.json --port 0 --admin-port 0 --json",
  ],
  exits: "0 the service was ended by SIGTERM or SIGINT; 2 it could not start.",
  notes: {
    "Original request": `envoy       the request's own method, path and Host
envoy-grpc  attributes.request.http of the CheckRequest
nginx       X-Original-Method, X-Original-URI, Host
caddy       X-Forwarded-Method, X-Forwarded-Uri, X-Forwarded-Host
traefik     the same as caddy
gloo        X-Original-Method, X-Original-URI, X-Original-Host`,
  },
  async run(line, output) {
    const config = await readConfiguration(textOption(line, "config"))
    const tls = await tlsOf(line)
    const options = {
      dialect: line.options.dialect as (typeof dialects)[number],
      host: textOption(line, "host") ?? "127.0.0.1",
      port: portOption(line, "port") ?? 9191,
      adminPort: portOption(line, "adminPort") ?? 9192,
      ...optional("grpcPort", portOption(line, "grpcPort")),
      ...optional("tls", tls),
    }
    // Records are for standard output, and with --json only the document is.
    process.env.POWERTOOLS_METRICS_DISABLED ??= "true" // of CloudWatch; those of Prometheus are on the admin port
    const observer = output.json ? undefined : createPowertoolsObserver({ serviceName: "hallpass-serve" })
    const ended = ending()
    const service = await started(config, options, { loadPackage, ...optional("observer", observer) })
    announce(service, options, output)
    await ended
    await service.close()
    await observer?.flush()
    return 0
  },
}

/** The command has these in it; the library asks for them. */
const loadPackage: LoadPackage = async (name) => {
  if (name === "prom-client") return await import("prom-client")
  return name === "@grpc/grpc-js" ? await import("@grpc/grpc-js") : await import("@grpc/proto-loader")
}

async function started(
  config: AuthorizerConfig,
  ...rest: [Parameters<typeof createAuthorizationServer>[1], Parameters<typeof createAuthorizationServer>[2]]
): Promise<AuthorizationServer> {
  try {
    return await createAuthorizationServer(config, ...rest)
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    const { code, message, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
    if (code === "EADDRINUSE" || code === "EACCES" || code === "EADDRNOTAVAIL")
      throw new UsageError(`${address}:${port} cannot be opened (${code}); choose another --port or --admin-port`)
    throw new UsageError(message)
  }
}

function announce(
  { url, grpcUrl, adminUrl }: AuthorizationServer,
  { dialect, host, tls }: Listening,
  output: Output,
): void {
  if (output.json) output.document({ dialect, url, ...optional("grpcUrl", grpcUrl), ...optional("adminUrl", adminUrl) })
  else
    output.print(
      `hallpass answers ${dialect} at ${url}${grpcUrl === undefined || grpcUrl === url ? "" : `, Envoy at ${grpcUrl}`}\n` +
        `health, readiness and metrics at ${adminUrl}\n`,
    )
  if (tls === undefined && !/^(?:127\.|::1$|localhost$)/.test(host))
    output.note(`${host} is not loopback, and there is no TLS: let only the neighbour reach this port.`)
}

interface Listening {
  readonly dialect: string
  readonly host: string
  readonly tls?: ServiceTls
}

function portOption(line: CommandLine, name: string): number | undefined {
  const text = textOption(line, name)
  if (text === undefined) return undefined
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (!(port <= 65_535)) throw new UsageError(`${flagOf(name)} takes a number from 0 to 65535`)
  return port
}

async function tlsOf(line: CommandLine): Promise<ServiceTls | undefined> {
  const [cert, key, clientCa] = await Promise.all(
    (["tlsCert", "tlsKey", "tlsClientCa"] as const).map(async (name) => {
      const file = textOption(line, name)
      return file === undefined ? undefined : (await readInput(file, "PEM text")).text
    }),
  )
  if (cert !== undefined && key !== undefined) return { cert, key, ...optional("clientCa", clientCa) }
  if (cert === undefined && key === undefined && clientCa === undefined) return undefined
  throw new UsageError("TLS needs both --tls-cert and --tls-key")
}

function optional<K extends string, V>(name: K, value: V | undefined): { readonly [name in K]?: V } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [name in K]?: V }
}
