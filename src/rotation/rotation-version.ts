import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager"
import { parsedJson } from "../secret/format.ts"
import { RotationFailed } from "./rotation-failed.ts"

/** The client and the constructors of its commands, which are loaded with it. */
export interface RotationClient {
  readonly client: SecretsManagerClient
  readonly commands: typeof import("@aws-sdk/client-secrets-manager")
}

/** Where the labels are. */
export interface LabelState {
  /** Whether the version of this rotation is `AWSCURRENT` already. */
  readonly isCurrent: boolean
  /** Whether it has the label `AWSPENDING` too. */
  readonly isPending: boolean
  /** The version that is current now; undefined for a secret that never had a value. */
  readonly currentId: string | undefined
}

/** The version of the secret that one rotation makes, named by its token. */
export class PendingVersion {
  readonly #client: RotationClient
  readonly #of: { readonly step: string; readonly secretId: string; readonly token: string }

  constructor(
    client: RotationClient,
    of: { readonly step: string; readonly secretId: string; readonly token: string },
  ) {
    this.#client = client
    this.#of = of
  }

  failed(why: string): RotationFailed {
    return new RotationFailed(this.#of.step, why)
  }

  /** @throws RotationFailed if the secret does not rotate, or the token is not that of the rotation under way */
  async state(): Promise<LabelState> {
    const { client, commands } = this.#client
    const { secretId, token } = this.#of
    const { RotationEnabled, VersionIdsToStages = {} } = await this.#call("DescribeSecret", () =>
      client.send(new commands.DescribeSecretCommand({ SecretId: secretId })),
    )
    if (RotationEnabled !== true) throw this.failed("rotation is not enabled for the secret")
    const labels = Object.hasOwn(VersionIdsToStages, token) ? VersionIdsToStages[token] : undefined
    if (labels === undefined) throw this.failed("the secret has no version with this ClientRequestToken")
    const isCurrent = labels.includes("AWSCURRENT")
    const isPending = labels.includes("AWSPENDING")
    if (!isCurrent && !isPending) throw this.failed("the version of this ClientRequestToken is not AWSPENDING")
    const current = Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes("AWSCURRENT"))
    return { isCurrent, isPending, currentId: current?.[0] }
  }

  /** The value of the new version, or undefined while it has none. */
  text(): Promise<string | undefined> {
    return this.#text({ VersionId: this.#of.token, VersionStage: "AWSPENDING" })
  }

  async put(SecretString: string): Promise<void> {
    const { client, commands } = this.#client
    const { secretId, token } = this.#of
    const labels = { VersionStages: ["AWSPENDING"] }
    const command = new commands.PutSecretValueCommand({
      ...{ SecretId: secretId, ClientRequestToken: token, SecretString },
      ...labels,
    })
    await this.#call("PutSecretValue", () => client.send(command)).catch(async (error: unknown) => {
      // Another attempt of the same step was faster, and its value stays.
      if ((await this.text()) === undefined) throw error
    })
  }

  /** Refuses a new version that means another key by an id that is in use: the key before would end at once. */
  async checkOverlap(): Promise<void> {
    const [current, pending] = [await this.#text({ VersionStage: "AWSCURRENT" }), await this.text()]
    if (current === undefined || pending === undefined) return
    const [before, after] = [keysOf(current), keysOf(pending)]
    for (const [id, key] of Object.entries(after)) {
      if (Object.hasOwn(before, id) && before[id] !== key) {
        throw this.failed(
          `the new version has another key by the id ${id} of the current one; key ids are never used again`,
        )
      }
    }
  }

  /** Makes the version current, which makes the one before `AWSPREVIOUS`; and takes `AWSPENDING` away. */
  async finish({ isCurrent, isPending, currentId }: LabelState): Promise<void> {
    const token = this.#of.token
    if (!isCurrent) {
      const from = currentId === undefined ? {} : { RemoveFromVersionId: currentId }
      await this.#moveLabel({ VersionStage: "AWSCURRENT", MoveToVersionId: token, ...from })
    }
    if (isPending) await this.#moveLabel({ VersionStage: "AWSPENDING", RemoveFromVersionId: token })
  }

  async #moveLabel(move: {
    VersionStage: string
    MoveToVersionId?: string
    RemoveFromVersionId?: string
  }): Promise<void> {
    const { client, commands } = this.#client
    const command = new commands.UpdateSecretVersionStageCommand({ SecretId: this.#of.secretId, ...move })
    await this.#call("UpdateSecretVersionStage", () => client.send(command))
  }

  async #text(which: { VersionId?: string; VersionStage: string }): Promise<string | undefined> {
    const { client, commands } = this.#client
    const command = new commands.GetSecretValueCommand({ SecretId: this.#of.secretId, ...which })
    const { SecretString } = await this.#call("GetSecretValue", async () => {
      try {
        return await client.send(command)
      } catch (error) {
        if (nameOf(error) === "ResourceNotFoundException") return { SecretString: undefined }
        throw error
      }
    })
    return SecretString
  }

  /** Texts of the SDK may quote what they could not read, so only the name of an error is passed on. */
  async #call<T>(name: string, send: () => Promise<T>): Promise<T> {
    try {
      return await send()
    } catch (error) {
      throw this.failed(`${name} failed with ${nameOf(error)}`)
    }
  }
}

function nameOf(error: unknown): string {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown }
  const word = name === "Error" && typeof code === "string" ? code : name // Node's network errors have only a code
  return typeof word === "string" && /^[A-Za-z_]{1,80}$/.test(word) ? word : "an error"
}

/** The map of a version; an empty one for what is no map, such as the placeholder before the first rotation. */
function keysOf(text: string): { readonly [id: string]: unknown } {
  try {
    const value = parsedJson(text)
    return typeof value === "object" && value !== null ? (value as { [id: string]: unknown }) : {}
  } catch {
    return {}
  }
}
