import { type Coverage, wholeStage } from "../types/coverage.ts"
import type { ExecuteApiArn } from "../types/request.ts"

/** One statement of an authorizer's policy. Always with a list of resources; `sam local` reads no other form. */
export interface PolicyStatement {
  readonly Effect: "Allow" | "Deny"
  readonly Action: "execute-api:Invoke"
  readonly Resource: readonly string[]
}

/** An IAM policy document as API Gateway expects it from an authorizer. */
export interface PolicyDocument {
  readonly Version: "2012-10-17"
  readonly Statement: readonly PolicyStatement[]
}

/** A document with its size, which the rest of the answer has to leave room for. */
export interface SizedPolicy {
  readonly document: PolicyDocument
  /** Bytes of its JSON. */
  readonly bytes: number
}

/** Most bytes of a policy document, so that principalId and context fit beside it into 8 KB. */
export const maxPolicyBytes = 6144
/** Longest Resource. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
export const maxResourceLength = 512

/**
 * Policies of one authorizer, made once per coverage, API and stage. Resources come from the parsed ARN's partition,
 * region, account, API and stage and from configured patterns, never from the requested path: a `*` in a path would
 * otherwise become a wildcard (SR-141).
 */
export class Policies {
  readonly #made = new WeakMap<Coverage, ByStage<SizedPolicy | "too_large">>()
  readonly #denials = new ByStage<PolicyDocument>()

  /** The document for a coverage, or undefined when it does not fit into an answer. */
  document(arn: ExecuteApiArn, coverage: Coverage): SizedPolicy | undefined {
    let byStage = this.#made.get(coverage)
    if (byStage === undefined) {
      byStage = new ByStage()
      this.#made.set(coverage, byStage)
    }
    const made = byStage.get(arn) ?? byStage.put(arn, write(stageOf(arn), coverage))
    return made === "too_large" ? undefined : made
  }

  /** Denies every route of the stage; a request without a readable ARN is denied on everything. */
  denyStage(arn: ExecuteApiArn | undefined): PolicyDocument {
    if (arn === undefined) return denyEverything
    const denial = (): PolicyDocument => policyDocument(statement("Deny", prefixed(stageOf(arn), wholeStage.allow)))
    return this.#denials.get(arn) ?? this.#denials.put(arn, denial())
  }
}

/**
 * One value per API and stage. An authorizer serves few, most often one: the last is looked at first, part by part, because
 * joining and hashing the stage's text costs 0.8 us a request, and comparing five short texts 0.05.
 */
class ByStage<V> {
  readonly #values = new Map<string, V>()
  #last: ExecuteApiArn | undefined
  #lastValue: V | undefined

  get(arn: ExecuteApiArn): V | undefined {
    const last = this.#last
    if (
      last !== undefined &&
      last.apiId === arn.apiId &&
      last.stage === arn.stage &&
      last.accountId === arn.accountId &&
      last.region === arn.region &&
      last.partition === arn.partition
    )
      return this.#lastValue
    const value = this.#values.get(stageOf(arn))
    if (value !== undefined) this.#keep(arn, value)
    return value
  }

  put(arn: ExecuteApiArn, value: V): V {
    // One entry per API and stage in practice; the bound holds even if a gateway sent an endless number of stages.
    if (this.#values.size < 1000) this.#values.set(stageOf(arn), value)
    this.#keep(arn, value)
    return value
  }

  #keep(arn: ExecuteApiArn, value: V): void {
    this.#last = arn
    this.#lastValue = value
  }
}

/** With what is denied only if there is room, as far as there is. */
function write(stage: string, coverage: Coverage): SizedPolicy | "too_large" {
  const { allow, deny, denyForms, denyIfRoom } = coverage
  let denied = deny
  let made = sized(stage, allow, denied, denyForms)
  if (made === undefined) {
    const compact = coverage.compact?.()
    return compact === undefined ? "too_large" : write(stage, compact)
  }
  for (const group of denyIfRoom) {
    const more = [...denied, ...group]
    const longer = group.length === 0 ? undefined : sized(stage, allow, more, denyForms)
    if (longer === undefined) continue
    made = longer
    denied = more
  }
  return made
}

function sized(stage: string, ...patterns: DocumentPatterns): SizedPolicy | undefined {
  const document = documentFor(stage, ...patterns)
  if (document.Statement.some(({ Resource }) => Resource.some(({ length }) => length > maxResourceLength)))
    return undefined
  const bytes = Buffer.byteLength(JSON.stringify(document))
  return bytes > maxPolicyBytes ? undefined : { document, bytes }
}

/** The size of everything that a coverage can hold, without what is there only if there is room. Bytes. */
export function bytesOf(arn: ExecuteApiArn, { allow, deny, denyForms }: Coverage): number {
  return Buffer.byteLength(JSON.stringify(documentFor(stageOf(arn), allow, deny, denyForms)))
}

type DocumentPatterns = readonly [allow: readonly string[], deny: readonly string[], forms?: readonly string[]]

function documentFor(stage: string, ...[allow, deny, forms = []]: DocumentPatterns): PolicyDocument {
  const allowed = statement("Allow", prefixed(stage, allow))
  // An answer counts for its own API only, so a Deny of any API is the same in half the bytes.
  const denied = [...prefixed(stage, deny), ...prefixed(stage.replace(/:execute-api:.*/, ":execute-api:*:*:"), forms)]
  return denied.length === 0 ? policyDocument(allowed) : policyDocument(allowed, statement("Deny", denied))
}

function policyDocument(...statements: readonly PolicyStatement[]): PolicyDocument {
  return Object.freeze({ Version: "2012-10-17", Statement: Object.freeze(statements) })
}

function statement(effect: "Allow" | "Deny", resources: readonly string[]): PolicyStatement {
  return Object.freeze({ Effect: effect, Action: "execute-api:Invoke", Resource: Object.freeze(resources) })
}

const denyEverything = policyDocument(statement("Deny", ["*"]))

function prefixed(stage: string, patterns: readonly string[]): readonly string[] {
  return patterns.map((pattern) => stage + pattern)
}

function stageOf({ partition, region, accountId, apiId, stage }: ExecuteApiArn): string {
  return `arn:${partition}:execute-api:${region}:${accountId}:${apiId}/${stage}/`
}
