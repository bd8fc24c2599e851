import { hmacKeysFormat } from "../secret/hmac-keys.ts"
import { loadSecretsManager } from "../secret/secret-versions.ts"
import { nodeCrypto } from "../shared/node-crypto.ts"
import { type Clock, systemClock } from "../types/clock.ts"
import { RotationFailed } from "./rotation-failed.ts"
import { PendingVersion } from "./rotation-version.ts"

const { randomBytes } = nodeCrypto

export { RotationFailed }

/** What tests replace. */
export interface RotationParts {
  /** Milliseconds since the epoch, for the date in the key id. @default Date.now */
  readonly clock?: Clock
}

/** Bytes of a new key: as many as SHA-256 gives (RFC 7518 section 3.2). */
const keyBytes = 32

/**
 * Does one step of a rotation, as Secrets Manager asks for it: four calls, each of which may come again after a
 * failure. The new version holds one fresh key with a new id. The version before becomes `AWSPREVIOUS` at the end, so
 * that both keys are valid until the next rotation.
 *
 * @param event `{ Step, SecretId, ClientRequestToken }`
 *   (https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html)
 * @param parts the clock, for tests
 * @throws RotationFailed (rejects): Secrets Manager then ends this attempt and tries again later
 * @example
 * ```ts
 * import { rotateEdgeSecret } from "hallpass/edge"
 *
 * export const handler = (event: unknown): Promise<void> => rotateEdgeSecret(event)
 *
 * await handler({ Step: "createSecret" }).catch(({ message }) => {
 *   console.log(message) // createSecret: SecretId is missing
 * })
 * ```
 */
export async function rotateEdgeSecret(event: unknown, parts: RotationParts = {}): Promise<void> {
  const { step, secretId, token } = readEvent(event)
  const commands = await loadSecretsManager()
  const client = new commands.SecretsManagerClient({})
  try {
    await take(step, new PendingVersion({ client, commands }, { step, secretId, token }), parts.clock ?? systemClock)
  } finally {
    client.destroy()
  }
}

async function take(step: Step, version: PendingVersion, clock: Clock): Promise<void> {
  const state = await version.state()
  if (state.isCurrent) {
    // The step was done before, and its answer was lost; what is left to do is to take the label away.
    if (step === "finishSecret") await version.finish(state)
    return
  }
  await steps[step](version, clock)
}

type Step = "createSecret" | "setSecret" | "testSecret" | "finishSecret"

const steps: { readonly [S in Step]: (version: PendingVersion, clock: Clock) => Promise<void> } = {
  async createSecret(version, clock) {
    if ((await version.text()) !== undefined) return check(version) // an earlier attempt got as far as this
    const id = `k-${new Date(clock()).toISOString().slice(0, 10)}-${randomBytes(8).toString("hex")}`
    await version.put(JSON.stringify({ [id]: randomBytes(keyBytes).toString("hex") }))
  },
  /**
   * Where the new value would be taken to the system that it opens. Nothing in AWS needs it: authorizers read the
   * secret themselves, and the edge goes on signing with the key before, which stays valid. Who wants the edge to be
   * told does it here, by adding the new key to those it holds, without signing with it yet.
   */
  setSecret: check,
  async testSecret(version) {
    await check(version)
    await version.checkOverlap()
  },
  async finishSecret(version) {
    await check(version) // an empty version must never become current, whatever order the steps come in
    await version.finish(await version.state())
  },
}

/** Whether the new version is there and an authorizer would take it. */
async function check(version: PendingVersion): Promise<void> {
  const text = await version.text()
  if (text === undefined) throw version.failed("the new version has no value; createSecret comes first")
  try {
    hmacKeysFormat.parse({ current: text })
  } catch {
    throw version.failed(`the value of the new version cannot be used: it ${hmacKeysFormat.expected}`)
  }
}

function readEvent(event: unknown): { step: Step; secretId: string; token: string } {
  const { Step, SecretId, ClientRequestToken } = (event ?? {}) as { readonly [name: string]: unknown }
  const step = (Object.keys(steps) as Step[]).find((name) => name === Step)
  if (step === undefined)
    throw new RotationFailed("event", "Step is none of createSecret, setSecret, testSecret, finishSecret")
  if (typeof SecretId !== "string" || SecretId === "") throw new RotationFailed(step, "SecretId is missing")
  if (typeof ClientRequestToken !== "string" || ClientRequestToken === "") {
    throw new RotationFailed(step, "ClientRequestToken is missing")
  }
  return { step, secretId: SecretId, token: ClientRequestToken }
}
