import type { RenewalParts } from "../renewal/refreshed-value.ts"
import { fixedSource, type Source } from "../shared/value-source.ts"
import type { FetchSecret, SecretObserver, SecretReference } from "../types/secret-options.ts"
import type { SecretFormat } from "./format.ts"
import { RemoteSecret } from "./remote.ts"
import type { SecretPolicy } from "./settings.ts"

/** What a source of secrets is made of. */
export interface SecretSourceParts<V> extends RenewalParts {
  /** As `checkSecretReference` returned it. */
  readonly reference: SecretReference
  readonly format: SecretFormat<V>
  readonly policy: SecretPolicy
  readonly observer: SecretObserver
  /** The network. @default the extension's local endpoint or the AWS SDK, loaded with the first fetch */
  readonly fetch?: FetchSecret | undefined
  /** @default process.env */
  readonly environment?: { readonly [name: string]: string | undefined }
}

/**
 * The source of one secret's values. Nothing is fetched before the first call.
 *
 * @throws SecretFailure for an `env` reference that `checkEnvironmentSecret` reports
 */
export function createSecretSource<V>(parts: SecretSourceParts<V>): Source<V> {
  const { reference, format, fetch: fetchSecret = fetchLazily, environment = process.env, ...rest } = parts
  if ("env" in reference) return fixedSource(format.parse({ current: environment[reference.env] ?? "" }))
  const name = "ssm" in reference ? `ssm:${reference.ssm}` : `secretsManager:${reference.secretsManager}`
  return new RemoteSecret({ name, format, fetch: (limits) => fetchSecret(reference, limits), ...rest })
}

/** How to fetch is loaded with the first fetch: who has all secrets in the environment never needs it. */
const fetchLazily: FetchSecret = async (...errand) => (await import("./fetch.ts")).fetchSecret(...errand)
