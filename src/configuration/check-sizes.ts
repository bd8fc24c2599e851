import { documentBytes, shortestBytes } from "../answer/document-sizes.ts"
import { besidesPolicyBytes, write } from "../answer/written-policy.ts"
import type { PrincipalPolicy } from "../policy/decide.ts"
import type { SizeFindings, SizeSearchOptions } from "../policy/size-search.ts"
import { sizesOf } from "../policy/table-sizes.ts"
import type { Report } from "../problems/option-checks.ts"
import type { ExecuteApiArn } from "../types/request.ts"
import type { CheckedGateway } from "./declared/gateway.ts"

/**
 * Looks for a caller whose policy does not fit, and says so in words. Loaded if a simple count does not prove that all
 * fit.
 */
export interface SizeSearch {
  readonly search: (policy: PrincipalPolicy, options: SizeSearchOptions) => SizeFindings
  readonly tooLargeText: (findings: SizeFindings, maxBytes: number) => string | undefined
}

/** What sizes are counted for: an API in the partition `aws` with a stage of twelve characters. */
const assumedArn: ExecuteApiArn = {
  partition: "aws",
  region: "ap-southeast-1",
  accountId: "123456789012",
  apiId: "abcdefghij",
  stage: "twelve-chars",
  method: "GET",
}

/** Combinations of permissions that a start tries, and for a table of 100 routes `hallpass check`. */
const triesAtStart = 20
export const triesOfCheck = 1500

/** How the sizes of a table's answers are measured. @param most combinations to try for a table of up to 100 routes */
export function sizeOptions(
  policy: PrincipalPolicy,
  { maxAnswerBytes }: CheckedGateway,
  most: number,
): SizeSearchOptions {
  const maxBytes = maxAnswerBytes - besidesPolicyBytes
  return {
    bytes: documentBytes(assumedArn),
    maxBytes,
    sizeOf: (coverage) => shortestBytes(assumedArn, coverage),
    fits: (coverage) => write(assumedArn, coverage, maxBytes) !== undefined,
    // A try takes time with the table.
    tries: Math.max(20, Math.floor(most / Math.max(1, policy.rules.length / 100))),
  }
}

interface AnswersChecked {
  readonly principalPolicy: PrincipalPolicy | undefined
  readonly gateway: CheckedGateway
}

/**
 * Refuses a table with a caller whose policy does not fit into an answer, unless the configuration accepts that such
 * callers are answered 500.
 */
export function checkSizes(
  { principalPolicy: policy, gateway }: AnswersChecked,
  { search, tooLargeText }: SizeSearch,
  report: Report,
): void {
  if (policy === undefined || gateway.tooLarge === "unavailable" || policy.conflicts.length > 0) return
  const options = sizeOptions(policy, gateway, triesAtStart)
  if (policy.tables.every((table) => sizesOf(table).byBranch(options.bytes) <= options.maxBytes)) return
  const text = tooLargeText(search(policy, options), options.maxBytes)
  if (text !== undefined) report("routes", text)
}
