import type { ExecuteApiArn } from "../types/request.ts"

const partitionForm = /^aws(?:-[a-z0-9-]+)?$/
const regionForm = /^[a-z]{2}[a-z0-9-]*$/
/** The word is what serverless-offline writes. */
const accountForm = /^(?:\d{12}|random-account-id)$/
/**
 * Of API Gateway, ten small letters and digits. Emulators let people choose: none of these characters is a wildcard.
 */
const apiForm = /^[A-Za-z0-9_-]{1,128}$/
const stageForm = /^(?:[A-Za-z0-9_-]{1,128}|\$default)$/

/** API Gateway answers 414 to requests whose method ARN is longer than this. Bytes. */
const maxArnLength = 1600

/**
 * Reads the ARN of a deployed route or method. Splits at the first five colons only, because paths may hold colons, and
 * leaves the path as it is: never decoded, never compared in another form.
 *
 * @returns undefined for everything else, such as the wildcards and placeholders of console tests
 */
export function readArn(text: unknown): ExecuteApiArn | undefined {
  if (typeof text !== "string" || text.length > maxArnLength) return undefined
  // A function serves few stages, most often one: comparing the text before the method with the last one takes 0.03 µs,
  // and taking it apart again 0.5. `startsWith` takes 0.4: it compares character by character.
  if (last === undefined || text.slice(0, last.prefix.length) !== last.prefix) {
    const read = readStage(text)
    if (read === undefined) return undefined
    last = read
  }
  const { prefix, partition, region, accountId, apiId, stage } = last
  const methodEnd = text.indexOf("/", prefix.length)
  const method = methodEnd < 0 ? text.slice(prefix.length) : text.slice(prefix.length, methodEnd)
  if (method === "") return undefined
  return methodEnd < 0
    ? { partition, region, accountId, apiId, stage, method }
    : { partition, region, accountId, apiId, stage, method, path: text.slice(methodEnd) }
}

/** Everything before the method, which is the same for all requests of a stage. */
interface StageArn extends Omit<ExecuteApiArn, "method" | "path"> {
  /** `arn:…/{stage}/`: ends with the slash, so that no other text of that beginning is split elsewhere. */
  readonly prefix: string
}

let last: StageArn | undefined

function readStage(text: string): StageArn | undefined {
  if (!text.startsWith("arn:")) return undefined
  const partitionEnd = text.indexOf(":", 4)
  const serviceEnd = text.indexOf(":", partitionEnd + 1)
  const regionEnd = text.indexOf(":", serviceEnd + 1)
  const accountEnd = text.indexOf(":", regionEnd + 1)
  if (partitionEnd < 0 || serviceEnd < 0 || regionEnd < 0 || accountEnd < 0) return undefined
  if (text.slice(partitionEnd + 1, serviceEnd) !== "execute-api") return undefined
  const partition = text.slice(4, partitionEnd)
  const region = text.slice(serviceEnd + 1, regionEnd)
  const accountId = text.slice(regionEnd + 1, accountEnd)
  if (!partitionForm.test(partition) || !regionForm.test(region) || !accountForm.test(accountId)) return undefined

  const apiEnd = text.indexOf("/", accountEnd + 1)
  const stageEnd = text.indexOf("/", apiEnd + 1)
  if (apiEnd < 0 || stageEnd < 0) return undefined
  const apiId = text.slice(accountEnd + 1, apiEnd)
  const stage = text.slice(apiEnd + 1, stageEnd)
  if (!apiForm.test(apiId) || !stageForm.test(stage)) return undefined
  return { prefix: text.slice(0, stageEnd + 1), partition, region, accountId, apiId, stage }
}

/**
 * Reads an execute-api ARN: `arn:{partition}:execute-api:{region}:{account}:{apiId}/{stage}/{METHOD}/{path}`, or with a
 * WebSocket route key such as `$connect` in place of method and path.
 *
 * @param text `methodArn` or `routeArn` of an event, at most 1600 characters
 * @throws TypeError if it is not the ARN of a deployed API. The message does not repeat it.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
 * @example
 * ```ts
 * import { parseExecuteApiArn } from "hallpass/policy"
 *
 * const arn = parseExecuteApiArn("arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders/7")
 * console.log(arn.stage, arn.method, arn.path) // prod GET /orders/7
 * ```
 */
export function parseExecuteApiArn(text: string): ExecuteApiArn {
  const arn = readArn(text)
  if (arn === undefined) throw new TypeError("not an execute-api ARN of a deployed API, stage and method or route")
  return arn
}

/**
 * Writes an ARN from its parts: the inverse of `parseExecuteApiArn`.
 *
 * @param parts as `parseExecuteApiArn` returns them; `path` begins with a slash, or is absent
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
 * @example
 * ```ts
 * import { formatExecuteApiArn } from "hallpass/policy"
 *
 * const api = { partition: "aws", region: "eu-west-1", accountId: "123456789012", apiId: "abcdef1234", stage: "prod" }
 * const arn = formatExecuteApiArn({ ...api, method: "GET", path: "/orders/7" })
 * console.log(arn) // arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders/7
 * ```
 */
export function formatExecuteApiArn({
  partition,
  region,
  accountId,
  apiId,
  stage,
  method,
  path = "",
}: ExecuteApiArn): string {
  return `arn:${partition}:execute-api:${region}:${accountId}:${apiId}/${stage}/${method}${path}`
}
