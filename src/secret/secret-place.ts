import type { SecretReference } from "../types/secret-options.ts"

/** Where a secret is in AWS. */
export interface SecretPlace {
  /** Its name or ARN. */
  readonly place: string
  /** The region of an ARN; undefined for a name, which is in the region of the environment. */
  readonly region: string | undefined
  /** Settings of the SDK's client. One more attempt, for a connection that died. */
  readonly client: { readonly maxAttempts: number; readonly region?: string }
}

export function secretPlace(reference: Exclude<SecretReference, { readonly env: string }>): SecretPlace {
  const place = "ssm" in reference ? reference.ssm : reference.secretsManager
  const region = /^arn:[\w-]+:\w+:([a-z0-9-]+):/.exec(place)?.[1]
  return { place, region, client: { maxAttempts: 2, ...(region !== undefined && { region }) } }
}
