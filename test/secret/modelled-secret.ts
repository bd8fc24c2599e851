import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  SecretsManagerServiceException,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager"
import { onTestFinished } from "vitest"
import { mockClient } from "../support/aws-clients.ts"

/** One secret as Secrets Manager keeps it: versions with values and labels, and what its calls do to them. */
export interface ModelledSecret {
  readonly values: Map<string, string>
  /** Version id to labels. */
  readonly labels: Map<string, Set<string>>
  rotationEnabled: boolean
  /** Names of the calls that were made. */
  readonly calls: string[]
  /** The next call of this name fails like this, once; `after` says whether it takes effect all the same. */
  failing?: { call: string; error: string; after?: boolean } | undefined
  /** The version that has a label. */
  at(label: string): string | undefined
  /** Labels of all versions, for comparing. */
  state(): { [versionId: string]: string[] }
}

const refuse = (name: string, text: string): SecretsManagerServiceException =>
  new SecretsManagerServiceException({ name, message: text, $fault: "client", $metadata: { httpStatusCode: 400 } })

/** A model of the rules in the API reference of Secrets Manager, behind every client; the newest model answers. */
export function modelSecret(current: string | undefined): ModelledSecret {
  const values = new Map<string, string>()
  const labels = new Map<string, Set<string>>()
  if (current !== undefined) {
    values.set("v0", current)
    labels.set("v0", new Set(["AWSCURRENT"]))
  }
  const at = (label: string): string | undefined => [...labels].find(([, stages]) => stages.has(label))?.[0]
  const give = (label: string, to: string): void => {
    for (const stages of labels.values()) stages.delete(label)
    labels.set(to, (labels.get(to) ?? new Set()).add(label))
  }

  const handlers: { readonly [call: string]: (input: { [name: string]: unknown }) => object } = {
    DescribeSecret: () => ({
      RotationEnabled: model.rotationEnabled,
      VersionIdsToStages: Object.fromEntries([...labels].filter(([, s]) => s.size > 0).map(([id, s]) => [id, [...s]])),
    }),
    GetSecretValue({ VersionId, VersionStage = "AWSCURRENT" }) {
      const id = (VersionId as string | undefined) ?? at(VersionStage as string)
      const value = id === undefined ? undefined : values.get(id)
      if (value === undefined) throw refuse("ResourceNotFoundException", "no such version")
      if (!labels.get(id as string)?.has(VersionStage as string)) throw refuse("InvalidRequestException", "other stage")
      return { SecretString: value, VersionId: id }
    },
    PutSecretValue({ ClientRequestToken, SecretString, VersionStages }) {
      const [id, value] = [ClientRequestToken as string, SecretString as string]
      if (values.has(id) && values.get(id) !== value) throw refuse("ResourceExistsException", "another value")
      values.set(id, value)
      for (const label of VersionStages as string[]) give(label, id)
      return {}
    },
    UpdateSecretVersionStage({ VersionStage, MoveToVersionId, RemoveFromVersionId }) {
      const [label, to, from] = [
        VersionStage as string,
        MoveToVersionId as string | undefined,
        RemoveFromVersionId as string,
      ]
      if (at(label) !== from && at(label) !== undefined) throw refuse("InvalidParameterException", "label is elsewhere")
      if (to === undefined) labels.get(from)?.delete(label)
      else give(label, to)
      if (label === "AWSCURRENT" && from !== undefined) give("AWSPREVIOUS", from)
      return {}
    },
  }

  const mock = mockClient(SecretsManagerClient)
  onTestFinished(() => mock.restore())
  const commands = {
    DescribeSecretCommand,
    GetSecretValueCommand,
    PutSecretValueCommand,
    UpdateSecretVersionStageCommand,
  }
  for (const [name, command] of Object.entries(commands)) {
    const call = name.replace(/Command$/, "")
    // The mock's types know one command at a time.
    mock.on(command as typeof DescribeSecretCommand).callsFake(async (input) => {
      model.calls.push(call)
      const failing = model.failing?.call === call ? model.failing : undefined
      if (failing !== undefined) model.failing = undefined
      if (failing !== undefined && failing.after !== true) throw refuse(failing.error, "planned")
      const result = handlers[call]?.(input)
      if (failing !== undefined) throw refuse(failing.error, "planned, after it took effect")
      return result
    })
  }

  const model: ModelledSecret = {
    ...{ values, labels, at, calls: [], rotationEnabled: true },
    state: () => Object.fromEntries([...labels].filter(([, s]) => s.size > 0).map(([id, s]) => [id, [...s].sort()])),
  }
  return model
}
