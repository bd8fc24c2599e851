import type { Authorizer } from "../authorizer/authorizer.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { ConfigurationError } from "../types/errors.ts"
import type { Observer } from "../types/observer.ts"
import type { Outcome } from "../types/reasons.ts"
import type { SecretFetchRecord } from "../types/secret-options.ts"

/** Why a version must not take traffic: where, and what is wrong. It holds configured names only. */
export interface DeploymentProblem {
  readonly path: string
  readonly message: string
}

/** What a new version says about itself before it takes traffic. Plain data: it crosses an invocation as JSON. */
export interface DeploymentReport {
  readonly sound: boolean
  readonly problems: readonly DeploymentProblem[]
  /**
   * Whether a later run may find the version sound: a key set or a secret could not be fetched, and nothing else is
   * wrong.
   */
  readonly mayPass: boolean
  /** What of the configuration decides how authorizers in front of the version have to be set. */
  readonly configuration?: AuthorizerConfig | undefined
  /** The recorded events, and what was decided about each. */
  readonly decisions: readonly { readonly event: string; readonly outcome: Outcome; readonly reason: string }[]
}

/** An event that this configuration does not serve, such as one of a TOKEN authorizer if an edge is the identity. */
const notServed: ReadonlySet<string> = new Set(["gateway_mismatch", "event_unknown"])
/** What follows from a fetch that failed. */
const notFetched: ReadonlySet<string> = new Set(["keys_unavailable", "secrets_unavailable"])

/**
 * Runs an authorizer as its first request would: reads the configuration, fetches key sets and secrets, decides the
 * recorded events. No event has a valid token, so each of them must be refused.
 *
 * @param load makes the authorizer with this observer
 * @param events recorded events by name
 * @param configuration what `load` reads, for the settings in front of it, and for the age at which keys and secrets
 *   expire; undefined means a day
 * @returns problems, all at once; an authorizer without problems is sound
 * @example
 * ```ts
 * import { loadFromEnvironment } from "hallpass"
 * import { checkDeployment } from "hallpass/deployment"
 *
 * const environment = { HALLPASS_PROVIDER: "okta", HALLPASS_DOMIAN: "acme.okta.com" }
 * const { sound, problems } = await checkDeployment(
 *   (observer) => loadFromEnvironment(environment, undefined, { observer }),
 *   {},
 * )
 * console.log(sound, problems[0]?.path) // false HALLPASS_DOMIAN
 * ```
 */
export async function checkDeployment(
  load: (observer: Observer) => Promise<Authorizer>,
  events: { readonly [name: string]: unknown },
  configuration: () => AuthorizerConfig | undefined = () => undefined,
): Promise<DeploymentReport> {
  const fetches = new Fetches()
  let authorizer: Authorizer
  try {
    authorizer = await load(fetches.observer)
  } catch (error) {
    return report(problemsOfStart(error), false, [])
  }
  await authorizer.warmUp().catch(() => undefined) // what failed was observed, or shows in the decisions
  const decisions: DeploymentReport["decisions"][number][] = []
  for (const [event, recorded] of Object.entries(events)) {
    const { outcome, reason } = await authorizer.decide(recorded)
    decisions.push({ event, outcome, reason })
  }
  const config = configuration()
  const missing = fetches.problems(shortestExpiry(config))
  const wrong = decisions.filter(({ reason }) => !notFetched.has(reason)).flatMap(problemOfDecision)
  if (decisions.length > 0 && decisions.every(({ reason }) => notServed.has(reason)))
    wrong.push({ path: "gateway", message: "serves none of the recorded events. Check edge and gateway" })
  if (missing.length === 0)
    missing.push(...decisions.filter(({ reason }) => notFetched.has(reason)).flatMap(problemOfDecision))
  const made = report([...missing, ...wrong], wrong.length === 0 && missing.length > 0, decisions)
  return config === undefined ? made : { ...made, configuration: settingsOf(config) }
}

/** No issuer, no rule, no secret: only whether there are routes. */
function settingsOf({ gateway, credential, unmatched, edge, routes }: AuthorizerConfig): AuthorizerConfig {
  return {
    issuers: [],
    ...(gateway && { gateway }),
    ...(credential && { credential }),
    ...(unmatched && { unmatched }),
    ...(edge && { edge: { role: edge.role, headers: {}, evidence: [] } as never }),
    ...(routes && { routes: {} }),
  }
}

/** The least age in seconds at which a key set or a secret of this configuration is no longer used. */
function shortestExpiry(config: AuthorizerConfig | undefined): number {
  const blocks = [config?.keys, config?.secrets, ...(config?.issuers ?? []).map(({ keys }) => keys)]
  return Math.min(86_400, ...blocks.flatMap((block) => block?.expireAfterSeconds ?? []))
}

function report(
  problems: readonly DeploymentProblem[],
  mayPass: boolean,
  decisions: DeploymentReport["decisions"],
): DeploymentReport {
  return { sound: problems.length === 0, problems, mayPass, decisions }
}

function problemsOfStart(error: unknown): readonly DeploymentProblem[] {
  if (error instanceof ConfigurationError) return error.problems.map(({ path, message }) => ({ path, message }))
  const name = error instanceof Error ? error.name : typeof error
  return [{ path: "configuration", message: `could not be read (${name}). The log of the function has the fault` }]
}

function problemOfDecision({
  event,
  outcome,
  reason,
}: DeploymentReport["decisions"][number]): readonly DeploymentProblem[] {
  if (outcome === "allow")
    return [
      {
        path: `events/${event}`,
        message: "was allowed, although it has no valid token. Look for a rule that lets everyone in",
      },
    ]
  if (outcome !== "unavailable" || notServed.has(reason)) return []
  return [{ path: `events/${event}`, message: `could not be decided: ${reason}. docs/reasons.md says what to do` }]
}

interface Failed {
  readonly failure?: string | undefined
  readonly ageSeconds?: number | undefined
}

/** The last fetch of each key set and secret. A failure counts if nothing older can be used. */
class Fetches {
  readonly #keys = new Map<string, Failed>()
  readonly #secrets = new Map<string, Failed>()
  readonly observer: Observer = {
    keyFetch: ({ issuer, ok, failure, ageSeconds }) => note(this.#keys, issuer, ok, { failure, ageSeconds }),
    secretFetch: ({ secret, ok, failure, ageSeconds }: SecretFetchRecord) =>
      note(this.#secrets, secret, ok, { failure, ageSeconds }),
  }

  problems(expireAfterSeconds: number): DeploymentProblem[] {
    return [
      ...unusable(this.#keys, expireAfterSeconds).map(([issuer, why]) => ({
        path: issuer,
        message: `has no key set: ${why}. Check the issuer's address and the way to it, or bundle a key snapshot`,
      })),
      ...unusable(this.#secrets, expireAfterSeconds).map(([secret, why]) => ({
        path: secret,
        message: `could not be fetched: ${why}. Check its name, and EdgeSecretArn of the stack`,
      })),
    ]
  }
}

function note(fetches: Map<string, Failed>, name: string, ok: boolean, failed: Failed): void {
  if (ok) fetches.delete(name)
  else fetches.set(name, failed)
}

function unusable(fetches: ReadonlyMap<string, Failed>, expireAfterSeconds: number): [name: string, why: string][] {
  return [...fetches]
    .filter(([, { ageSeconds }]) => ageSeconds === undefined || ageSeconds >= expireAfterSeconds)
    .map(([name, { failure }]) => [name, failure ?? "unknown"])
}
