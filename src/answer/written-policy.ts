import type { Coverage, CoverageForm } from "../types/coverage.ts"
import type { ExecuteApiArn } from "../types/request.ts"
import { type PolicyDocument, policyDocument, prefixed, stageOf, statement } from "./policy-document.ts"

/** A document with its size, which the rest of the answer has to leave room for. */
export interface SizedPolicy {
  readonly document: PolicyDocument
  /** Bytes of its JSON. */
  readonly bytes: number
  /**
   * Texts of a method and path that its Resources, which begin with wildcards, could be mistaken on. They are denied.
   */
  readonly ambiguous: readonly string[] | undefined
}

/**
 * What an answer needs in addition to its policy: principalId, context, usage key, and the names of its members. Bytes.
 */
export const besidesPolicyBytes = 2048
/**
 * Longest Resource.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
const maxResourceLength = 512

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
 * With Resources of any region, account and API. API Gateway evaluates an answer for the API that asked for it only, so
 * this widens nothing (SR-142). But a wildcard crosses slashes: on a stage `v1`, an Allow of `GET/a` also covers the
 * request `GET/x/v1/GET/a`. Such texts are denied and refused.
 */
export function writeShort(arn: ExecuteApiArn, form: CoverageForm, maxBytes: number): SizedPolicy | undefined {
  const { allow, denyForms = [] } = form
  const methods = new Set([...allow, ...form.deny].map((pattern) => pattern.slice(0, pattern.indexOf("/") + 1)))
  methods.delete("*/") // which is any text already
  const ambiguous = [...methods].map((method) => `${arn.stage}/${method}`)
  const deny = [...form.deny, ...ambiguous.map((text) => `*${text}*`)]
  const made = sized(arn, shortBeginning(arn), allow, deny, denyForms, maxBytes)
  return made && { ...made, ambiguous }
}

/** Whether a request has one of the texts that Resources could be mistaken on. */
export function isMistakable(ambiguous: readonly string[], { method, path = "" }: ExecuteApiArn): boolean {
  return ambiguous.some((text) => (method + path).includes(text))
}

/** What every Resource begins with that takes as little room as it can. */
export function shortBeginning({ partition, stage }: ExecuteApiArn): string {
  return `arn:${partition}:execute-api:*:*:*/${stage}/`
}

/** What the Deny of an ambiguous form begins with. */
export function anyApi({ partition }: ExecuteApiArn): string {
  return `arn:${partition}:execute-api:*:*:`
}

function sized(
  arn: ExecuteApiArn,
  beginning: string,
  allow: readonly string[],
  deny: readonly string[],
  denyForms: readonly string[],
  maxBytes: number,
): SizedPolicy | undefined {
  // An answer counts for its own API only, so a Deny of any API is the same in half the bytes. A form with slashes has
  // the stage before it, because serverless-offline takes what is before the first slash for the API.
  const beginningOfForms = anyApi(arn)
  // Written and counted only if it can fit: most forms of a large policy do not.
  if (leastBytes(beginning, allow) + leastBytes(beginning, deny) + leastBytes(beginningOfForms, denyForms) > maxBytes)
    return undefined
  const allowed = statement("Allow", prefixed(beginning, allow))
  const forms = denyForms.map((form) => beginningOfForms + (form.includes("/") ? `*/${arn.stage}/${form}` : form))
  const denied = [...prefixed(beginning, deny), ...forms]
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
