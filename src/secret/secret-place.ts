import type { SecretReference } from "../types/secret-options.ts"

/** How the clients of the AWS SDK are set up. */
export interface ClientSettings {
  /** One more attempt, for a connection that died. */
  readonly maxAttempts: 2
  /** The region of an ARN; absent for a name or an id, which is in the region of the environment. */
  readonly region?: string
}

/** The name or the ARN of a secret in AWS. */
export function secretPlace(reference: Exclude<SecretReference, { readonly env: string }>): string {
  return "ssm" in reference ? reference.ssm : reference.secretsManager
}

/** @param place a name, an id or an ARN */
export function clientSettings(place: string): ClientSettings {
  const region = /^arn:[\w-]+:\w+:([a-z0-9-]+):/.exec(place)?.[1]
  return { maxAttempts: 2, ...(region !== undefined && { region }) }
}
