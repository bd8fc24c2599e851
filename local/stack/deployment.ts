import { type AuthorizerConfig, ConfigurationError } from "../../src/index.ts"
import { ApiGateway } from "../gateway/gateway.ts"
import { type ApiName, type FurtherSettings, type PlannedApi, plannedApis } from "./apis.ts"
import { provideEdgeKeys } from "./edge.ts"
import { type ObservedAuthorizer, type ObservedCall, observedAuthorizer } from "./observed-authorizer.ts"

/** An API that runs. */
export interface RunningApi extends PlannedApi {
  readonly gateway: ApiGateway
  /** What the authorizer did with an event that the gateway sent to it. */
  callOf(event: object | undefined): ObservedCall | undefined
}

/** One configuration at work in every API that it can be used in. */
export interface Deployment {
  /** As its author wrote it. */
  readonly written: AuthorizerConfig
  readonly apis: ReadonlyMap<ApiName, RunningApi>
  /** Judges what is pasted: it keeps no token. */
  readonly forgetful: ObservedAuthorizer
  readonly effective: AuthorizerConfig
}

export interface DeploymentOptions {
  readonly written: AuthorizerConfig
  /** The same with keys on loopback, if the issuers are local. */
  readonly effective: AuthorizerConfig
  readonly clock: () => number
  /** Whether the gateway block is adapted to each kind of API. */
  readonly adapted: boolean
  readonly further: FurtherSettings
}

/** Puts a configuration to work. @throws ConfigurationError with every problem; nothing has changed then */
export function deploy({ written, effective, clock, adapted, further }: DeploymentOptions): Deployment {
  provideEdgeKeys(effective)
  const forgetful = observedAuthorizer({ ...effective, cache: { ...effective.cache, maxTokens: 0 } }, clock)
  const apis = new Map<ApiName, RunningApi>()
  for (const planned of plannedApis(effective, adapted, further)) {
    provideEdgeKeys(planned.config)
    const api = runningApi(planned, clock, adapted)
    if (api !== undefined) apis.set(planned.name, api)
  }
  return { written, effective, forgetful, apis }
}

/** Undefined: the demonstration's variant for this kind of API is refused, where the configuration itself is sound. */
function runningApi(planned: PlannedApi, clock: () => number, adapted: boolean): RunningApi | undefined {
  const calls = new WeakMap<object, ObservedCall>()
  let authorizer: ObservedAuthorizer
  try {
    authorizer = observedAuthorizer(planned.config, clock)
  } catch (error) {
    if (adapted && error instanceof ConfigurationError) return undefined
    throw error
  }
  const ask = async (event: object): Promise<unknown> => {
    const call = await authorizer.call(event)
    calls.set(event, call)
    if ("error" in call) throw call.error
    return call.answer
  }
  const gateway = new ApiGateway(planned.settings, ask, clock)
  return { ...planned, gateway, callOf: (event) => (event === undefined ? undefined : calls.get(event)) }
}

/** As API Gateway has it unless it is set. */
export const usualTtlSeconds = 300

/** Sets what the gateways keep answers for. An API whose configuration keeps nothing goes on keeping nothing. */
export function withTtl(deployment: Deployment, seconds: number | undefined): Deployment {
  for (const { gateway, settings } of seconds === undefined ? [] : deployment.apis.values())
    gateway.resultTtlSeconds = settings.authorizer.resultTtlSeconds === 0 ? 0 : (seconds ?? 0)
  return deployment
}
