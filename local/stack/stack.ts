import { randomUUID } from "node:crypto"
import type { AuthorizerConfig } from "../../src/index.ts"
import type { ClientRequest } from "../gateway/api.ts"
import { withGatewayHeaders } from "../gateway/authorizer-event.ts"
import type { GatewayOutcome } from "../gateway/gateway.ts"
import { clientHeaders } from "../gateway/response-headers.ts"
import type { Controls, Problem, Walk } from "../server/control-api.ts"
import type { ApiName, FurtherSettings } from "./apis.ts"
import { type Backend, type BackendResponse, demoBackend } from "./backend.ts"
import { type Deployment, deploy, type RunningApi, usualTtlSeconds, withTtl } from "./deployment.ts"
import { LocalIssuers } from "./issuers.ts"
import { RequestLog } from "./request-log.ts"
import type { StackOptions } from "./stack-options.ts"
import { walkOf } from "./walk.ts"

/** Everything that came of one request. */
export interface Handled {
  readonly id: string
  readonly api: RunningApi
  readonly outcome: GatewayOutcome
  /** The request as the backend gets it. */
  readonly forwarded: ClientRequest
  readonly walk?: Walk
  readonly response: BackendResponse
  readonly latencyMs: number
}

/** An opened WebSocket has no response of a backend. */
const switched: BackendResponse = { status: 101, headers: [], body: Buffer.alloc(0) }

/** A wrong value of a control; the message is for people. */
export class ControlRefused extends Error {
  override readonly name: string = "ControlRefused"
}

/** Gateways, issuers and a backend on this machine, and the switches on them. Nothing here listens for clients. */
export class LocalStack {
  readonly options: StackOptions
  readonly issuers: LocalIssuers
  readonly requests: RequestLog = new RequestLog()
  readonly backend: Backend
  readonly clock: () => number
  #deployment: Deployment
  #offsetMs = 0
  readonly #changes = new Set<() => void>()
  #ttl: number | undefined
  #further: FurtherSettings
  readonly rotations: Map<string, number> = new Map()
  /** Set while the configuration's file has problems. */
  broken: { readonly message: string; readonly problems: readonly Problem[] } | undefined

  private constructor(options: StackOptions) {
    const { clock = Date.now, backend = demoBackend } = options
    this.options = options
    this.#further = options.further ?? {}
    this.backend = backend
    this.clock = () => clock() + this.#offsetMs
    this.issuers = new LocalIssuers(this.clock)
    this.#deployment = undefined as unknown as Deployment
  }

  /** @throws ConfigurationError (rejects) with every problem */
  static async start(options: StackOptions): Promise<LocalStack> {
    const stack = new LocalStack(options)
    try {
      await stack.deploy(options.config)
    } catch (error) {
      await stack.stop()
      throw error
    }
    return stack
  }

  /** Calls a listener after each change of a switch or of the configuration. @returns ends the subscription */
  onChange(listener: () => void): () => void {
    this.#changes.add(listener)
    return () => void this.#changes.delete(listener)
  }

  changed(): void {
    for (const listener of this.#changes) listener()
  }

  get deployment(): Deployment {
    return this.#deployment
  }

  get clockOffsetSeconds(): number {
    return this.#offsetMs / 1000
  }

  /** The TTL of the configuration, or the one that a control has set. */
  get resultTtlSeconds(): number {
    return this.#ttl ?? this.#deployment.written.gateway?.resultTtlSeconds ?? usualTtlSeconds
  }

  api(name: string): RunningApi | undefined {
    return this.#deployment.apis.get(name as ApiName)
  }

  /**
   * Puts a configuration to work in place of the one before.
   *
   * @throws ConfigurationError (rejects); the one before stays
   */
  async deploy(written: AuthorizerConfig, further: FurtherSettings = this.#further): Promise<void> {
    const deployment = await this.#deployed(written, this.#ttl, further)
    this.#further = further
    this.#deployment = withTtl(deployment, this.#ttl)
    await this.issuers.keepOnly(written)
    this.broken = undefined
    this.changed()
  }

  /**
   * Sets the TTL of the gateways. hallpass is made anew only for a TTL beyond that of its configuration: with less, its
   * answers stay right, and it keeps its keys.
   */
  async #setTtl(seconds: number): Promise<void> {
    const { written } = this.#deployment
    const known = [...this.#deployment.apis.values()].every(
      ({ settings }) => settings.authorizer.resultTtlSeconds === 0 || settings.authorizer.resultTtlSeconds >= seconds,
    )
    this.#deployment = withTtl(known ? this.#deployment : await this.#deployed(written, seconds), seconds)
    this.#ttl = seconds
  }

  /** @throws ConfigurationError (rejects) */
  async #deployed(written: AuthorizerConfig, ttl: number | undefined, further = this.#further): Promise<Deployment> {
    const { mode, localIssuers } = this.options
    const longer = ttl !== undefined && ttl > (written.gateway?.resultTtlSeconds ?? usualTtlSeconds)
    const own = longer ? { ...written, gateway: { ...written.gateway, resultTtlSeconds: ttl } } : written
    // Problems first: an unsound configuration starts no issuer.
    deploy({ written, effective: own, clock: this.clock, adapted: mode === "demo", further })
    const effective = localIssuers ? await this.issuers.serve(own) : own
    return deploy({ written, effective, clock: this.clock, adapted: mode === "demo", further })
  }

  /** A client's request, up to the answer that the client gets. */
  async handle(name: ApiName, request: ClientRequest, body: Buffer): Promise<Handled | undefined> {
    const api = this.api(name)
    if (api === undefined) return undefined
    const startedAt = performance.now()
    const outcome = await api.gateway.handle(request)
    const call = api.callOf(outcome.event)
    const walk = call && walkOf(call, api.config)
    const { response: own, authorizer } = outcome
    const { kind } = api.settings
    const forwarded = { ...request, headers: withGatewayHeaders(request, outcome.arrival) }
    const found =
      own !== undefined
        ? { status: own.status, headers: Object.entries(own.headers), body: Buffer.from(own.body) }
        : kind === "websocket"
          ? switched
          : await this.backend.respond({ kind, request: forwarded, authorizer, body })
    const response = { ...found, headers: clientHeaders(api.settings, request, outcome, found.headers) }
    const latencyMs = Math.round((performance.now() - startedAt) * 100) / 100
    const handled = { id: randomUUID(), api, outcome, forwarded, ...(walk && { walk }), response, latencyMs }
    this.#record(handled, request)
    return handled
  }

  #record({ id, api, outcome, walk, response, latencyMs }: Handled, { method, path }: ClientRequest): void {
    const kind = api.settings.kind
    this.requests.add({
      ...{ id, at: this.clock(), kind, gateway: api.name, method, path: kind === "websocket" ? "$connect" : path },
      ...{ status: response.status, cache: outcome.cache, latencyMs },
      ...(walk && { outcome: walk.outcome, reason: walk.reason, walk }),
    })
  }

  /**
   * Sets switches; either all of them or, if one is wrong, none.
   *
   * @throws ControlRefused, ConfigurationError (rejects)
   */
  async control(wanted: Controls): Promise<void> {
    const { issuerDown, issuerSlowMs, rotate, clockOffsetSeconds, clearCache, resultTtlSeconds } = wanted
    // Names first: a wrong one changes nothing.
    const down = typeof issuerDown === "string" ? this.#issuer(issuerDown) : undefined
    const rotating = rotate === undefined ? undefined : this.#issuer(rotate)
    if (resultTtlSeconds !== undefined) await this.#setTtl(resultTtlSeconds)
    for (const { switches } of this.issuers.all) {
      if (issuerDown !== undefined) switches.down = switches === down?.switches
      if (issuerSlowMs !== undefined) switches.slowMs = issuerSlowMs
    }
    if (clockOffsetSeconds !== undefined) this.#offsetMs = clockOffsetSeconds * 1000
    if (rotating !== undefined) {
      await rotating.rotate()
      this.rotations.set(rotating.name, this.clock())
    }
    if (clearCache === true) for (const { gateway } of this.#deployment.apis.values()) gateway.cache.clear()
    this.changed()
  }

  #issuer(name: string) {
    const issuer = this.issuers.find(name)
    if (issuer !== undefined) return issuer
    const names = this.issuers.all.map((each) => each.name).join(", ")
    throw new ControlRefused(names === "" ? "The stack has no local issuers." : `The local issuers are ${names}.`)
  }

  /** The configuration's file has problems: the one before stays at work. */
  reportBroken(message: string, problems: readonly Problem[]): void {
    this.broken = { message, problems }
    this.changed()
  }

  async stop(): Promise<void> {
    this.backend.close?.()
    await this.issuers.stop()
  }
}
