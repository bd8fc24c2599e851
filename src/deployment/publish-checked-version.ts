import { createHash } from "node:crypto"
import { attachmentProblems } from "../comparison/attached-apis.ts"
import { Attempts, type CheckedVersionParts, nameOf, pauseMs } from "./attempts.ts"
import {
  answerBody,
  type ResourceAnswer,
  type ResourceRequest,
  readResourceRequest,
  sendAnswer,
  text,
} from "./custom-resource.ts"
import type { LambdaCalls, Ran } from "./lambda-calls.ts"
import { deploymentCheck, readReport, reasonOf } from "./reports.ts"

const pendingMs = 500
const noReport = "returned no report. Deploy the bundle that npm run build makes."
const otherwise = "This stack sets its authorizers otherwise than the function needs:"
const unread = "The configuration of the function could not be read:"

/**
 * Answers CloudFormation for a custom resource of the templates.
 *
 * `Custom::CheckedVersion`, with properties `FunctionName` and `Alias`: publishes a version of the function as it is
 * now, runs its check, and returns the version's number as attribute `Version`. A version that is not sound fails the
 * deployment, and the stack event has its problems.
 *
 * If the alias already points to the same code and settings, that version is the answer, without a check. So a rollback
 * succeeds, for which CloudFormation asks again with the old properties.
 *
 * `Custom::CheckedSettings`, with properties `FunctionName` and `Apis` (see `attachmentProblems` of `hallpass/policy`):
 * asks the function what it thinks of the authorizers that the stack puts in front of it, and fails the deployment if
 * they are set otherwise than its configuration needs. Settings that were accepted are accepted again, so a rollback
 * succeeds.
 *
 * @param event what CloudFormation sends
 * @throws Error (rejects) if the event is none of CloudFormation's, or if it does not take the answer
 * @example
 * ```ts
 * import { publishCheckedVersion } from "hallpass/deployment"
 *
 * export const handler = (event: unknown) => publishCheckedVersion(event)
 * await handler({ RequestType: "Read" }).catch(({ message }) => {
 *   console.log(message) // RequestType is none of Create, Update, Delete
 * })
 * ```
 */
export async function publishCheckedVersion(event: unknown, parts: CheckedVersionParts = {}): Promise<void> {
  const request = readResourceRequest(event)
  const physicalId = request.physicalId ?? `hallpass-checked-version-${request.ids.LogicalResourceId}`
  let answer: ResourceAnswer = { ok: true, physicalId, data: {} }
  if (request.type !== "Delete") {
    try {
      answer = { physicalId, ...(await checked(request, new Attempts(parts))) }
    } catch (error) {
      answer = { ok: false, physicalId, reason: `The check could not run: ${sentence(error)}` }
    }
  }
  const log = parts.log ?? ((line: string) => console.info(line))
  log(JSON.stringify({ message: "deployment checked", request: request.type, ...answer }))
  await (parts.send ?? sendAnswer)(request.responseUrl, answerBody(request, answer))
}

type Result =
  | { readonly ok: true; readonly physicalId?: string; readonly data: { readonly [name: string]: string } }
  | { readonly ok: false; readonly reason: string }

async function checked({ properties, physicalId }: ResourceRequest, attempts: Attempts): Promise<Result> {
  const functionName = text(properties.FunctionName, "FunctionName")
  if (properties.Apis === undefined) {
    const alias = text(properties.Alias, "Alias")
    return await attempts.of((lambda) => publishChecked(lambda, attempts, functionName, alias))
  }
  const apis = properties.Apis
  const hash = createHash("sha256").update(JSON.stringify(properties)).digest("hex")
  const accepted = { ok: true, physicalId: `hallpass-checked-settings-${hash.slice(0, 32)}`, data: {} } as const
  if (physicalId === accepted.physicalId) return accepted
  return await attempts.of(async (lambda) => {
    const ran = await lambda.run(functionName, undefined, deploymentCheck)
    // Whether it is sound was asked when it was published. An issuer that is out of reach now changes no setting.
    const configuration = readReport(ran.returned)?.configuration
    if (configuration === undefined)
      return { ok: false, reason: refusal(ran, "The function", unread)?.reason ?? `The function ${noReport}` }
    const problems = attachmentProblems(configuration, apis)
    return problems.length === 0 ? accepted : { ok: false, reason: reasonOf(otherwise, problems) }
  })
}

/** Publishes a version of the function as it is now, and runs its check. */
async function publishChecked(
  lambda: LambdaCalls,
  attempts: Attempts,
  functionName: string,
  alias: string,
): Promise<Result> {
  const { settings } = await lambda.configuration(functionName)
  const live = await lambda.aliasVersion(functionName, alias)
  if (live !== undefined && (await lambda.configuration(functionName, live)).settings === settings)
    return { ok: true, data: { Version: live } }
  const version = await lambda.publish(functionName)
  while (!(await lambda.configuration(functionName, version)).isActive)
    if (!(await attempts.waited(pendingMs)))
      return { ok: false, reason: `Lambda could not start version ${version} in time.` }
  const outcome = `Version ${version} takes no traffic, because its check found`
  for (;;) {
    const refused = refusal(await lambda.run(functionName, version, deploymentCheck), `Version ${version}`, outcome)
    if (refused === undefined) return { ok: true, data: { Version: version } }
    if (!refused.mayPass || !(await attempts.waited(pauseMs))) return { ok: false, reason: refused.reason }
  }
}

/** Why what was run is not accepted. @param outcome what follows from its problems; their number comes next */
function refusal(
  { failed, returned }: Ran,
  ran: string,
  outcome: string,
): { readonly reason: string; readonly mayPass: boolean } | undefined {
  if (failed !== undefined)
    return { reason: `${ran} ended with ${failed}. The log of the function has the fault.`, mayPass: false }
  const report = readReport(returned)
  if (report === undefined) return { reason: `${ran} ${noReport}`, mayPass: false }
  if (report.sound) return undefined
  return { reason: reasonOf(outcome, report.problems), mayPass: report.mayPass }
}

function sentence(error: unknown): string {
  return error instanceof Error && error.message !== "" ? `${error.name}: ${error.message}` : nameOf(error)
}
