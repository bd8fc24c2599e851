import { vi } from "vitest"
import { ConfigurationError, createAuthorizer } from "../../src/index.ts"
import { createPowertoolsObserver } from "../../src/observe.ts"
import { parseExecuteApiArn } from "../../src/policy.ts"
import { allRefusals } from "../../src/types/reasons.ts"
import { oidcIssuer } from "../support/config.ts"
import { edgeAuthorizer, edgeConfig, edgeEvent } from "../support/edge.ts"
import { http2, restRequest } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"
import { allWritten } from "../support/observer.ts"

type Line = { readonly [name: string]: unknown }
interface EmfLine extends Line {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string
      readonly Dimensions: readonly (readonly string[])[]
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[]
    }[]
  }
}

/** A metric that CloudWatch makes of the observer's output, with all metrics that came in the same line. */
export interface Emitted {
  readonly namespace: string
  readonly name: string
  readonly unit: string
  /** Names of its dimensions, sorted. */
  readonly dimensions: readonly string[]
  readonly line: EmfLine
}

export interface Observed {
  readonly metrics: readonly Emitted[]
  readonly records: readonly Line[]
}

/** Everything that the observer can write: decisions of a real authorizer, and all records of keys and secrets. */
export async function observeEverything(): Promise<Observed> {
  vi.stubEnv("POWERTOOLS_DEV", "false")
  vi.stubEnv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0")
  const written: string[] = []
  const keep = (chunk: unknown): boolean => written.push(String(chunk)) > 0
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, "write").mockImplementation(keep))
  try {
    await tellEverything()
  } finally {
    for (const spy of spies) spy.mockRestore()
    vi.unstubAllEnvs()
  }
  const lines = written.join("").split("\n")
  const parsed = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Line)
  return {
    metrics: parsed.filter((line): line is EmfLine => "_aws" in line).flatMap(metricsOf),
    records: parsed.filter((line) => !("_aws" in line)),
  }
}

async function tellEverything(): Promise<void> {
  const observer = createPowertoolsObserver({ serviceName: "stack", metricsNamespace: "hallpass", clock })
  const issuer = oidcIssuer()
  const authorizer = createAuthorizer(
    {
      issuers: [issuer],
      gateway: { resultTtlSeconds: 0, identitySources: [] },
      routes: { "GET /orders/{id}": { scopes: ["orders:read"] } },
      observe: { sampleAllows: 1 },
    },
    { clock, observer },
  )
  observer.keyFetch?.({ issuer: issuer.issuer, ok: true, ageSeconds: 0 })
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
  const options = { template: "/orders/{id}", headers: { traceparent } }
  const good = `Bearer ${mint()}`
  const unknown = `Bearer ${mint({}, { header: { kid: "unknown" } })}`
  const context = { awsRequestId: "8476a536-e9f4-11e8-9739-2dfe598c3fcd" }
  for (const event of [restRequest(good, options), http2(good, options), restRequest(unknown, options)]) {
    await authorizer.handler(event, context).catch(() => undefined) // 401 and 500 are thrown
    await allWritten(observer)
  }

  const edge = await edgeAuthorizer(edgeConfig(), { observer })
  await edge.handler(edgeEvent("http-2.0", { headers: { "x-edge-user": "alice" } }), context).catch(() => undefined)
  await allWritten(observer)

  for (const { outcome, code } of allRefusals()) observer.decision?.({ outcome, reason: code })
  const name = issuer.issuer
  observer.keySet?.({ issuer: name, usable: 1, skipped: { private: 1, use: 2 } })
  observer.keyFetch?.({ issuer: name, ok: false, failure: "timeout", ageSeconds: 4000 })
  for (const event of ["stale_served", "overdue_served", "unknown_kid", "cool_down"] as const) {
    observer.keyEvent?.({ issuer: name, event, ageSeconds: 8000 })
  }
  const secret = "secretsManager:edge/hmac"
  observer.secretFetch?.({ secret, ok: true, ageSeconds: 0, previousFailure: "weak" })
  observer.secretFetch?.({ secret, ok: false, failure: "denied", ageSeconds: 400 })
  for (const event of ["stale_served", "overdue_served"] as const) {
    observer.secretEvent?.({ secret, event, ageSeconds: 400 })
  }
  observer.disagreement?.({
    existing: "allow",
    differs: ["verdict"],
    decision: { outcome: "forbidden", reason: "scope_missing" },
  })
  observer.fault?.(faultOfHallpass())
  observer.fault?.(new ConfigurationError([{ path: "issuers", message: "must not be empty" }]))
  await observer.flush()
}

/** An error with a code and with frames of hallpass's own files. */
function faultOfHallpass(): unknown {
  try {
    return parseExecuteApiArn("no ARN")
  } catch (error) {
    return Object.assign(error as Error, { code: "ERR_INVALID_ARG_VALUE" })
  }
}

function metricsOf(line: EmfLine): Emitted[] {
  return line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name, Unit }) => ({
        ...{ namespace: Namespace, name: Name, unit: Unit, line },
        dimensions: names.toSorted(),
      })),
    ),
  )
}

/** Names of all members, as Logs Insights finds them: `latencyUs.total`, `problems.0.path`. */
export function fieldsOf(record: object, prefix = ""): string[] {
  return Object.entries(record).flatMap(([key, value]) =>
    typeof value === "object" && value !== null ? fieldsOf(value, `${prefix}${key}.`) : [`${prefix}${key}`],
  )
}
