/** A request of CloudFormation to a custom resource. Members that a handler of hallpass does not read are left out. */
export interface ResourceRequest {
  readonly type: "Create" | "Update" | "Delete"
  /** Where the answer goes: a presigned address of S3. */
  readonly responseUrl: string
  readonly properties: { readonly [name: string]: unknown }
  /** What the answer repeats. */
  readonly ids: { readonly StackId: string; readonly RequestId: string; readonly LogicalResourceId: string }
  readonly physicalId: string | undefined
}

/** What CloudFormation is answered. `reason` becomes the text of the stack event. */
export type ResourceAnswer =
  | { readonly ok: true; readonly physicalId: string; readonly data: { readonly [name: string]: string } }
  | { readonly ok: false; readonly physicalId: string; readonly reason: string }

/** CloudFormation takes 4,096 bytes of answer. The rest of it has room in what is left. */
export const maxReasonLength = 2000

/**
 * Reads a request
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requests.html).
 *
 * @throws Error if it is none, or if its answer would not go to an https address
 */
export function readResourceRequest(event: unknown): ResourceRequest {
  const { RequestType, ResponseURL, ResourceProperties, PhysicalResourceId, ...rest } = Object(event) as {
    readonly [name: string]: unknown
  }
  const type = (["Create", "Update", "Delete"] as const).find((each) => each === RequestType)
  if (type === undefined) throw new Error("RequestType is none of Create, Update, Delete")
  const responseUrl = text(ResponseURL, "ResponseURL")
  if (!URL.canParse(responseUrl) || new URL(responseUrl).protocol !== "https:")
    throw new Error("ResponseURL is not https")
  return {
    type,
    responseUrl,
    properties: Object(ResourceProperties),
    ids: {
      StackId: text(rest.StackId, "StackId"),
      RequestId: text(rest.RequestId, "RequestId"),
      LogicalResourceId: text(rest.LogicalResourceId, "LogicalResourceId"),
    },
    physicalId: typeof PhysicalResourceId === "string" ? PhysicalResourceId : undefined,
  }
}

/** A member that must be a text. @throws Error that names it */
export function text(value: unknown, name: string): string {
  if (typeof value !== "string" || value === "") throw new Error(`${name} is missing`)
  return value
}

/** The body of an answer, as CloudFormation reads it. */
export function answerBody({ ids }: ResourceRequest, answer: ResourceAnswer): string {
  const common = { ...ids, PhysicalResourceId: answer.physicalId }
  return JSON.stringify(
    answer.ok
      ? { Status: "SUCCESS", ...common, Data: answer.data }
      : { Status: "FAILED", Reason: answer.reason.slice(0, maxReasonLength), ...common },
  )
}

/** Sends an answer to its presigned address. @throws Error (rejects) if S3 does not take it */
export async function sendAnswer(url: string, body: string): Promise<void> {
  const { request } = await import("node:https")
  await new Promise<void>((resolve, reject) => {
    // The signature of the address covers an empty content type.
    const headers = { "content-type": "", "content-length": Buffer.byteLength(body) }
    const sent = request(url, { method: "PUT", headers, timeout: 5000 }, (response) => {
      response.resume()
      const status = response.statusCode ?? 0
      if (status >= 200 && status < 300) resolve()
      else reject(new Error(`CloudFormation did not take the answer: HTTP ${status}`))
    })
    sent.on("timeout", () => sent.destroy(new Error("CloudFormation did not take the answer: timeout")))
    sent.on("error", reject)
    sent.end(body)
  })
}
