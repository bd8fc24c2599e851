import { type Coverage, type CoverageForm, wholeStage } from "../types/coverage.ts"
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
  /** Texts of a method and path that its Resources, which begin with wildcards, could be mistaken on. They are denied. */
  readonly ambiguous: readonly string[] | undefined
}

/** What an answer needs besides its policy: principalId, context, usage key, and the names of its members. Bytes. */
export const besidesPolicyBytes = 2048
/** Longest Resource. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
export const maxResourceLength = 512

/** Most bytes of the documents that are remembered, as they are estimated. */
const maxRememberedBytes = 8_388_608

/**
 * Policies of one authorizer, made once per coverage, API and stage. Resources come from the parsed ARN's partition,
 * region, account, API and stage and from configured patterns, never from the requested path: a `*` in a path would
 * otherwise become a wildcard (SR-141).
 */
export class Policies {
  readonly #maxBytes: number
  #made = new WeakMap<Coverage, ByStage<SizedPolicy | "too_large">>()
  #bytes = 0
  readonly #denials = new ByStage<PolicyDocument>()

  /** @param maxAnswerBytes most bytes of an answer, of which a policy is a part */
  constructor(maxAnswerBytes: number) {
    this.#maxBytes = maxAnswerBytes - besidesPolicyBytes
  }

  /** The document for a coverage, or undefined when it does not fit into an answer. */
  document(arn: ExecuteApiArn, coverage: Coverage): SizedPolicy | undefined {
    const byStage = this.#made.get(coverage)
    const made = byStage?.get(arn) ?? this.#make(arn, coverage)
    return made === "too_large" ? undefined : made
  }

  #make(arn: ExecuteApiArn, coverage: Coverage): SizedPolicy | "too_large" {
    const made = write(arn, coverage, this.#maxBytes) ?? "too_large"
    // A text takes about twice its bytes, with what the list and the object around it take.
    this.#bytes += 500 + (made === "too_large" ? 0 : 2 * made.bytes)
    if (this.#bytes > maxRememberedBytes) {
      this.#made = new WeakMap()
      this.#bytes = 0
    }
    const byStage = this.#made.get(coverage) ?? new ByStage()
    this.#made.set(coverage, byStage)
    return byStage.put(arn, made)
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

/** The first form of a coverage that fits, or undefined. */
export function write(arn: ExecuteApiArn, coverage: Coverage, maxBytes: number): SizedPolicy | undefined {
  const fitted = (form: CoverageForm | undefined): SizedPolicy | undefined =>
    form && (writeLong(arn, form, maxBytes) ?? (form.isShort === true ? writeShort(arn, form, maxBytes) : undefined))
  let form: CoverageForm | undefined = "form" in coverage ? coverage.form() : coverage
  let last: SizedPolicy | undefined
  for (; form !== undefined; form = form.shorter?.()) {
    const made = fitted(form)
    if (made !== undefined) return made
    if (form.shortest === undefined) continue
    last = fitted(form.shortest())
    if (last === undefined) return undefined
  }
  return last
}

/** With Resources of the one stage, and with what is denied only if there is room, as far as there is. */
export function writeLong(arn: ExecuteApiArn, form: CoverageForm, maxBytes: number): SizedPolicy | undefined {
  const beginning = stageOf(arn)
  const { allow, denyForms = [] } = form
  let { deny } = form
  let made = sized(arn, beginning, allow, deny, denyForms, maxBytes)
  if (made === undefined) return undefined
  for (const group of form.denyIfRoom) {
    const more = [...new Set([...deny, ...group])]
    const longer = more.length === deny.length ? undefined : sized(arn, beginning, allow, more, denyForms, maxBytes)
    if (longer === undefined) continue
    made = longer
    deny = more
  }
  return made
}

/**
 * With Resources of any region, account and API. API Gateway evaluates an answer for the API that asked for it only, so this
 * widens nothing (SR-142). But a wildcard crosses slashes: on a stage `v1`, an Allow of `GET/a` also covers the request
 * `GET/x/v1/GET/a`. Such texts are denied and refused.
 */
export function writeShort(arn: ExecuteApiArn, form: CoverageForm, maxBytes: number): SizedPolicy | undefined {
  const { allow, denyForms = [] } = form
  const methods = new Set([...allow, ...form.deny].map((pattern) => pattern.slice(0, pattern.indexOf("/") + 1)))
  methods.delete("*/") // which is any text already
  const ambiguous = [...methods].map((method) => `${arn.stage}/${method}`)
  const deny = [...form.deny, ...ambiguous.map((text) => `*${text}*`)]
  const beginning = `arn:${arn.partition}:execute-api:*:*:*/${arn.stage}/`
  const made = sized(arn, beginning, allow, deny, denyForms, maxBytes)
  return made && { ...made, ambiguous }
}

/** Whether a request has one of the texts that Resources could be mistaken on. */
export function isMistakable(ambiguous: readonly string[], { method, path = "" }: ExecuteApiArn): boolean {
  return ambiguous.some((text) => (method + path).includes(text))
}

function sized(
  { partition }: ExecuteApiArn,
  beginning: string,
  allow: readonly string[],
  deny: readonly string[],
  denyForms: readonly string[],
  maxBytes: number,
): SizedPolicy | undefined {
  // An answer counts for its own API only, so a Deny of any API is the same in half the bytes.
  const anyApi = `arn:${partition}:execute-api:*:*:`
  // Written and counted only if it can fit: most forms of a large policy do not.
  if (leastBytes(beginning, allow) + leastBytes(beginning, deny) + leastBytes(anyApi, denyForms) > maxBytes)
    return undefined
  const allowed = statement("Allow", prefixed(beginning, allow))
  const denied = [...prefixed(beginning, deny), ...prefixed(anyApi, denyForms)]
  const document = denied.length === 0 ? policyDocument(allowed) : policyDocument(allowed, statement("Deny", denied))
  const bytes = Buffer.byteLength(JSON.stringify(document))
  return bytes > maxBytes ? undefined : { document, bytes, ambiguous: undefined }
}

/** Bytes of Resources in a list, at least; infinite if one is too long to be written. */
function leastBytes(beginning: string, patterns: readonly string[]): number {
  let bytes = 0
  for (const { length } of patterns) {
    if (beginning.length + length > maxResourceLength) return Number.POSITIVE_INFINITY
    bytes += beginning.length + length + 3
  }
  return bytes
}

/** The size of everything that a coverage can hold, without what is there only if there is room. Bytes. */
export function bytesOf(arn: ExecuteApiArn, form: CoverageForm): number {
  return writeLong(arn, { ...form, denyIfRoom: [] }, Number.POSITIVE_INFINITY)?.bytes ?? Number.POSITIVE_INFINITY
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
