import { clientSettings, secretPlace } from "../secret/secret-place.ts"
import type { SecretReference } from "../types/secret-options.ts"

/** When a secret has changed, and when it will. Milliseconds since the epoch. */
export interface DescribedSecret {
  readonly changedAtMs?: number | undefined
  readonly rotatesAtMs?: number | undefined
}

/** Asks for the times of a secret, never for its value. Undefined if that is not allowed, or not known. */
export type DescribeSecret = (
  reference: Exclude<SecretReference, { readonly env: string }>,
  timeoutMs: number,
) => Promise<DescribedSecret | undefined>

/** Through the clients of the AWS SDK. */
export const describeSecret: DescribeSecret = async (reference, timeoutMs) => {
  const abortSignal = AbortSignal.timeout(timeoutMs)
  const place = secretPlace(reference)
  const settings = clientSettings(place)
  try {
    if ("ssm" in reference) {
      const { SSMClient, GetParameterCommand } = await import("@aws-sdk/client-ssm")
      const client = new SSMClient(settings)
      const { Parameter } = await client.send(new GetParameterCommand({ Name: place }), { abortSignal })
      client.destroy()
      return { changedAtMs: Parameter?.LastModifiedDate?.getTime() }
    }
    const { SecretsManagerClient, DescribeSecretCommand } = await import("@aws-sdk/client-secrets-manager")
    const client = new SecretsManagerClient(settings)
    const described = await client.send(new DescribeSecretCommand({ SecretId: place }), { abortSignal })
    client.destroy()
    const rotates = described.RotationEnabled === true ? described.NextRotationDate?.getTime() : undefined
    const changed = described.LastChangedDate ?? described.CreatedDate
    return { changedAtMs: changed?.getTime(), rotatesAtMs: rotates }
  } catch {
    return undefined
  }
}
