import type { FetchedSecret } from "../types/secret-options.ts"
import { SecretFailure } from "./failure.ts"
import type { ClientSettings } from "./secret-place.ts"
import { failureOf } from "./service-failure.ts"

/**
 * The versions `AWSCURRENT` and `AWSPREVIOUS`. `AWSPENDING` is left out on purpose: it is not tested yet, and no edge
 * may sign with it before it is current.
 *
 * @throws SecretFailure (rejects)
 */
export async function fetchSecretVersions(
  SecretId: string,
  settings: ClientSettings,
  abortSignal: AbortSignal,
): Promise<FetchedSecret> {
  const { SecretsManagerClient, GetSecretValueCommand } = await loadSecretsManager()
  // A client for each refresh: its sockets would not survive a freeze, and refreshes are minutes apart.
  const client = new SecretsManagerClient(settings)
  async function version(VersionStage: string): Promise<string> {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId, VersionStage }), { abortSignal })
    if (SecretString === undefined) throw new SecretFailure("malformed") // binary
    return SecretString
  }
  try {
    // The current one first: if a rotation ends between the two requests, the pair lacks the new value and not the one
    // that is in use.
    const current = await version("AWSCURRENT")
    const previous = await version("AWSPREVIOUS").catch(absent)
    return previous === undefined ? { current } : { current, previous }
  } catch (error) {
    throw failureOf(error)
  } finally {
    client.destroy()
  }
}

/** Nothing for a version that does not exist, which is the ordinary case before the first rotation. */
export function absent(error: unknown): undefined {
  const { kind } = failureOf(error)
  if (kind !== "not_found" && kind !== "malformed") throw error
}

/** The client library. @throws SecretFailure (rejects) `client_missing` if it is not installed */
export async function loadSecretsManager(): Promise<typeof import("@aws-sdk/client-secrets-manager")> {
  try {
    return await import("@aws-sdk/client-secrets-manager")
  } catch {
    throw new SecretFailure("client_missing")
  }
}
