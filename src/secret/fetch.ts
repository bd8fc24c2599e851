import type { FetchSecret } from "../types/secret-options.ts"
import { extensionPort, fetchFromExtension } from "./extension.ts"
import { fetchParameter } from "./parameter-store.ts"
import { clientSettings, secretPlace } from "./secret-place.ts"
import { fetchSecretVersions } from "./secret-versions.ts"

/**
 * Fetches a secret through the AWS Parameters and Secrets Lambda extension where it is there, else with the client of
 * the AWS SDK. That one is loaded only then: it costs 45 ms of a first request on Node 24. The extension keeps what it
 * fetched for up to five minutes, so it is passed by if the latest value is wanted.
 */
export const fetchSecret: FetchSecret = async (reference, { timeoutMs, latest = false }) => {
  const signal = AbortSignal.timeout(timeoutMs)
  const place = secretPlace(reference)
  const client = clientSettings(place)
  const port = extensionPort(process.env)
  // The extension asks the function's own region; a name without a region is there too.
  if (port !== undefined && !latest && (client.region === undefined || client.region === process.env.AWS_REGION)) {
    const fetched = await fetchFromExtension(reference, port, signal)
    if (fetched !== undefined) return fetched
  }
  return "ssm" in reference ? fetchParameter(place, client, signal) : fetchSecretVersions(place, client, signal)
}
