import { describe, expect, it } from "vitest"
import { Policies } from "../../src/answer/iam-policy.ts"
import type { Coverage } from "../../src/types/coverage.ts"
import type { ExecuteApiArn } from "../../src/types/request.ts"

const arn: ExecuteApiArn = {
  ...{ partition: "aws", region: "eu-west-1", accountId: "123456789012", apiId: "abc123def4", stage: "prod" },
  ...{ method: "GET", path: "/orders" },
}
/** A policy of some 4,000 bytes. */
const large = (): Coverage => ({
  allow: Array.from({ length: 10 }, (_, at) => `GET/${"x".repeat(300)}${at}`),
  deny: [],
  denyIfRoom: [],
})
const tooLarge = (): Coverage => ({
  allow: Array.from({ length: 40 }, (_, at) => `GET/${"x".repeat(400)}${at}`),
  deny: [],
  denyIfRoom: [],
})

describe("policies are remembered in at most 8 MB", () => {
  it("800 large ones, and not 1,200", () => {
    const policies = new Policies(8192)
    const first = large()
    const made = policies.document(arn, first)
    expect(made?.bytes).toBeGreaterThan(3500)
    for (let count = 1; count <= 800; count++) policies.document(arn, large())
    expect(policies.document(arn, first)).toBe(made)
    for (let count = 801; count <= 1200; count++) policies.document(arn, large())
    const again = policies.document(arn, first)
    expect(again).not.toBe(made)
    expect(again).toEqual(made)
  })

  it("what is too large takes little of it", () => {
    const policies = new Policies(8192)
    const first = large()
    const made = policies.document(arn, first)
    for (let count = 0; count < 10_000; count++) expect(policies.document(arn, tooLarge())).toBeUndefined()
    expect(policies.document(arn, first)).toBe(made)
  })
})
