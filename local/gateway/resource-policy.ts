import type { ApiSettings, ClientRequest } from "./api.ts"
import { type Evaluation, evaluatePolicy, listOf } from "./evaluate.ts"
import { firstHeader } from "./request-maps.ts"

type Members = { readonly [member: string]: unknown }

/**
 * What the resource policy of a REST API says of a request; undefined if the API has none.
 *
 * The caller is anonymous for it, and `execute-api:/STAGE/METHOD/PATH` is a short form of the API's own ARN.
 *
 * @param arn ARN of the request
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
 */
export function evaluateResourcePolicy(
  { resourcePolicy, partition, region, accountId, apiId }: ApiSettings,
  request: ClientRequest,
  arn: string,
  atMs: number,
): Evaluation | undefined {
  if (resourcePolicy === undefined) return undefined
  const { Statement } = Object(resourcePolicy) as Members
  const own = `arn:${partition}:execute-api:${region}:${accountId}:${apiId}/`
  const written = listOf(Statement)
  const document = { Statement: written.filter(concernsAnyone).map((statement) => inFull(statement, own)) }
  // A policy for others only says nothing of this caller.
  if (written.length > 0 && document.Statement.length === 0) return { verdict: "silent" }
  return evaluatePolicy(document, arn, conditionValues(request, atMs))
}

/** An authorizer's caller is no principal of AWS, so only `*` names it. */
function concernsAnyone(statement: unknown): boolean {
  const { Principal, NotPrincipal } = Object(statement) as Members
  const anyone = (principal: unknown): boolean =>
    [principal, (Object(principal) as Members).AWS].some((each) => listOf(each).includes("*"))
  if (NotPrincipal !== undefined) return !anyone(NotPrincipal)
  return Principal === undefined || anyone(Principal)
}

function inFull(statement: unknown, own: string): unknown {
  if (typeof statement !== "object" || statement === null) return statement
  const { Resource, NotResource } = statement as Members
  const full = (resources: unknown): unknown =>
    listOf(resources).map((each) => (typeof each === "string" ? each.replace(/^execute-api:\//, () => own) : each))
  return {
    ...statement,
    ...(Resource !== undefined && { Resource: full(Resource) }),
    ...(NotResource !== undefined && { NotResource: full(NotResource) }),
  }
}

/**
 * The condition keys that a resource policy may ask for, but for those of private APIs.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html
 */
function conditionValues(request: ClientRequest, atMs: number): { readonly [key: string]: string } {
  const [agent, referer] = [firstHeader(request, "user-agent"), firstHeader(request, "referer")]
  return {
    ...{ "aws:SourceIp": request.sourceIp, "aws:SecureTransport": "true" },
    ...{ "aws:CurrentTime": new Date(atMs).toISOString(), "aws:EpochTime": String(Math.floor(atMs / 1000)) },
    ...(agent !== undefined && { "aws:UserAgent": agent }),
    ...(referer !== undefined && { "aws:Referer": referer }),
  }
}
