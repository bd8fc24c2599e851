import type { ExecuteApiArn } from "../shared/request.ts"

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

function policyDocument(effect: "Allow" | "Deny", resources: readonly string[]): PolicyDocument {
  const statement: PolicyStatement = {
    Effect: effect,
    Action: "execute-api:Invoke",
    Resource: Object.freeze(resources),
  }
  return Object.freeze({ Version: "2012-10-17", Statement: Object.freeze([Object.freeze(statement)]) })
}

/**
 * Policies of one authorizer, built once per API, stage and route. Resources come from the parsed ARN's partition,
 * region, account, API and stage and from templates, never from the requested path: a `*` in a path would otherwise
 * become a wildcard (SR-141).
 */
export class Policies {
  readonly #documents = new Map<string, PolicyDocument>()

  /** Allows every route of the stage. */
  allowStage(arn: ExecuteApiArn): PolicyDocument {
    return this.#remember("Allow", stageOf(arn), "*")
  }

  /** Denies every route of the stage; a request without a readable ARN is denied on everything. */
  denyStage(arn: ExecuteApiArn | undefined): PolicyDocument {
    return arn === undefined ? denyEverything : this.#remember("Deny", stageOf(arn), "*")
  }

  /** Allows one route with the request's own method, which the route table has found to be an HTTP method. */
  allowRoute(arn: ExecuteApiArn, method: string, template: string | undefined): PolicyDocument {
    return this.#remember("Allow", stageOf(arn), routePattern(method, template))
  }

  #remember(effect: "Allow" | "Deny", stage: string, pattern: string): PolicyDocument {
    const key = `${effect} ${stage}${pattern}`
    const known = this.#documents.get(key)
    if (known !== undefined) return known
    const made = policyDocument(effect, resources(stage, pattern))
    // One entry per route in practice; the bound holds even if a gateway sent an endless number of stages.
    if (this.#documents.size < 10_000) this.#documents.set(key, made)
    return made
  }
}

const denyEverything = policyDocument("Deny", ["*"])

function stageOf({ partition, region, accountId, apiId, stage }: ExecuteApiArn): string {
  return `arn:${partition}:execute-api:${region}:${accountId}:${apiId}/${stage}/`
}

/** `{id}` becomes `*`; `$default`, and a TOKEN event without a matched template, stand for any path. */
function routePattern(method: string, template: string | undefined): string {
  if (method === "$connect") return method
  if (template === undefined || !template.startsWith("/")) return `${method}/*`
  return method + template.replace(/\{[^{}/]*\}/g, "*")
}

/** With and without the trailing slash: kinds of API differ in which one they write (IAM compares text). */
function resources(stage: string, pattern: string): readonly string[] {
  const resource = stage + pattern
  return pattern.endsWith("*") || pattern.endsWith("/") || pattern.startsWith("$")
    ? [resource]
    : [resource, `${resource}/`]
}
