import type { Coverage, CoverageForm, DocumentBytes } from "../types/coverage.ts"
import type { ExecuteApiArn } from "../types/request.ts"
import { policyDocument, statement } from "./policy-document.ts"
import { anyApi, shortBeginning, writeLong, writeShort } from "./written-policy.ts"

/** Bytes of a coverage in the form that takes least room. */
export function shortestBytes(arn: ExecuteApiArn, coverage: Coverage): number {
  let form: CoverageForm | undefined = "form" in coverage ? coverage.form() : coverage
  while (form !== undefined && form.shortest === undefined) form = form.shorter?.()
  const forms = form === undefined ? [] : [form, form.shortest?.()]
  return Math.min(...forms.map((each) => (each && writeShort(arn, each, never)?.bytes) ?? never))
}

const never = Number.POSITIVE_INFINITY

/** What the parts of a document take, if its Resources begin as short as they can. */
export function documentBytes(arn: ExecuteApiArn): DocumentBytes {
  const { stage } = arn
  const beginning = shortBeginning(arn).length
  const frame = JSON.stringify(policyDocument(statement("Allow", []), statement("Deny", []))).length
  const form = anyApi(arn).length + 3
  return {
    resource: beginning + 3,
    form,
    stageOfForm: stage.length + "*//".length,
    mistaken: beginning + stage.length + 4 + 3,
    frame,
  }
}

/** The size of everything that a coverage can hold, without what is there only if there is room. Bytes. */
export function bytesOf(arn: ExecuteApiArn, form: CoverageForm): number {
  return writeLong(arn, { ...form, denyIfRoom: [] }, Number.POSITIVE_INFINITY)?.bytes ?? Number.POSITIVE_INFINITY
}
