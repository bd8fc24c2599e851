import type { FetchedSecret } from "../types/secret-options.ts"
import { SecretFailure } from "./failure.ts"
import type { ClientSettings } from "./secret-place.ts"
import { absent } from "./secret-versions.ts"
import { failureOf } from "./service-failure.ts"

/** What Parameter Store says of a parameter, as far as it is used. */
interface Parameter {
  readonly Value?: string | undefined
  readonly Version?: number | undefined
}

/** A name, and the version or label that it selects. In an ARN the colons before its first slash select nothing. */
const selected = /^((?:arn:[^/]*\/)?[^:]*):([^:/]+)$/

/** @returns the name alone, and the selector if there is one */
export function splitSelector(place: string): { readonly name: string; readonly selector?: string } {
  const [, name, selector] = selected.exec(place) ?? []
  return name === undefined || selector === undefined ? { name: place } : { name, selector }
}

/**
 * The two newest values of a parameter: the current version and, where the name selects none, the one before it.
 *
 * @param get asks for a version or label, or for the newest
 * @throws SecretFailure (rejects)
 */
export async function readVersions(
  place: string,
  get: (name: string, selector: string | undefined) => Promise<Parameter | undefined>,
): Promise<FetchedSecret> {
  const { name, selector } = splitSelector(place)
  const { Value: current, Version: version } = (await get(name, selector)) ?? {}
  if (typeof current !== "string") throw new SecretFailure("malformed")
  if (selector !== undefined || typeof version !== "number" || version < 2) return { current }
  const previous = (await get(name, String(version - 1)).catch(absent))?.Value
  return previous === undefined ? { current } : { current, previous }
}

/** A parameter through the client of the AWS SDK. @throws SecretFailure (rejects) */
export async function fetchParameter(
  place: string,
  settings: ClientSettings,
  abortSignal: AbortSignal,
): Promise<FetchedSecret> {
  const { SSMClient, GetParameterCommand } = await loadParameterStore()
  const client = new SSMClient(settings)
  try {
    return await readVersions(place, async (name, selector) => {
      const Name = selector === undefined ? name : `${name}:${selector}`
      const { Parameter } = await client.send(new GetParameterCommand({ Name, WithDecryption: true }), { abortSignal })
      return Parameter
    })
  } catch (error) {
    throw failureOf(error)
  } finally {
    client.destroy()
  }
}

async function loadParameterStore(): Promise<typeof import("@aws-sdk/client-ssm")> {
  try {
    return await import("@aws-sdk/client-ssm")
  } catch {
    throw new SecretFailure("client_missing")
  }
}
