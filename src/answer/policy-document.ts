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

export function policyDocument(...statements: readonly PolicyStatement[]): PolicyDocument {
  return Object.freeze({ Version: "2012-10-17", Statement: Object.freeze(statements) })
}

export function statement(effect: "Allow" | "Deny", resources: readonly string[]): PolicyStatement {
  return Object.freeze({ Effect: effect, Action: "execute-api:Invoke", Resource: Object.freeze(resources) })
}

export function prefixed(stage: string, patterns: readonly string[]): readonly string[] {
  return patterns.map((pattern) => stage + pattern)
}

/** What every Resource of a stage begins with. */
export function stageOf({ partition, region, accountId, apiId, stage }: ExecuteApiArn): string {
  return `arn:${partition}:execute-api:${region}:${accountId}:${apiId}/${stage}/`
}
