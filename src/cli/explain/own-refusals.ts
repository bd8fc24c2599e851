import type { AccessLogLine } from "./access-line.ts"

/** What API Gateway refuses by itself, by the type of its response, and what to do. */
export const ownRefusals: { readonly [responseType: string]: string } = {
  MISSING_AUTHENTICATION_TOKEN:
    "The API has no such method and path in what is deployed to this stage, or the method uses IAM. Correct the request, or deploy the API.",
  EXPIRED_TOKEN: "The signature of an IAM call is too old. Compare the clock of the client.",
  INVALID_SIGNATURE: "The signature of an IAM call is wrong: the method uses IAM, and no authorizer.",
  INVALID_API_KEY: "The method demands an API key, and the request has none that a usage plan of the stage knows.",
  THROTTLED: "The limit of the stage, the method or the usage plan is reached. Raise it, or let the client wait.",
  QUOTA_EXCEEDED: "The quota of the usage plan is used up.",
  WAF_FILTERED: "A web ACL of AWS WAF blocked the request. Its log names the rule.",
  REQUEST_TOO_LARGE: "The body is larger than the 10 MB that API Gateway takes.",
  RESOURCE_NOT_FOUND: "API Gateway found no such resource.",
  UNSUPPORTED_MEDIA_TYPE: "The integration takes no body of this Content-Type.",
  BAD_REQUEST_BODY: "The body does not fit the model of the method.",
  BAD_REQUEST_PARAMETERS: "A parameter that the method demands is missing.",
}

/** What to do if the line does not say why. */
export function fixOfUnknown(
  { errorResponseType = "", authorizerRequestId }: AccessLogLine,
  hasAnswer: boolean,
): string {
  if (!hasAnswer && Object.hasOwn(ownRefusals, errorResponseType)) return ownRefusals[errorResponseType] ?? ""
  const record =
    authorizerRequestId === undefined
      ? "Find the function's record of the request"
      : `Find the function's record with the request id ${authorizerRequestId}`
  return `The line does not say why. ${record}, and explain it with --record.`
}
