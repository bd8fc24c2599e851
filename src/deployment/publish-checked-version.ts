import { setTimeout as sleep } from "node:timers/promises"
import { type Clock, systemClock } from "../types/clock.ts"
import type { DeploymentProblem, DeploymentReport } from "./check-deployment.ts"
import {
  answerBody,
  maxReasonLength,
  type ResourceAnswer,
  readResourceRequest,
  sendAnswer,
  text,
} from "./custom-resource.ts"
import { type LambdaCalls, lambdaCalls } from "./lambda-calls.ts"

/** The event that asks a version for its report. No API Gateway sends one: its events have no such member. */
export const deploymentCheck = { hallpass: "deployment-check" } as const

/** What tests replace. */
export interface CheckedVersionParts {
  readonly lambda?: LambdaCalls
  readonly send?: (url: string, body: string) => Promise<void>
  readonly clock?: Clock
  readonly pause?: (milliseconds: number) => Promise<unknown>
  /** Where one line about each check is written. @default console.info */
  readonly log?: (line: string) => void
}

/** The check ends before the function's timeout of 60 seconds, with time left for the answer. */
const limitMs = 45_000
const pauseMs = 5000
const pendingMs = 500

/** New roles take a moment to act everywhere, and Lambda updates one thing at a time. */
const passing: ReadonlySet<string> = new Set([
  "AccessDeniedException",
  "CodeArtifactUserPendingException",
  "ResourceConflictException",
  "ResourceNotReadyException",
  "TooManyRequestsException",
])

/**
 * Answers CloudFormation for a `Custom::CheckedVersion`: publishes a version of the function as it is now, runs its
 * check, and returns the version's number as attribute `Version`. A version that is not sound fails the deployment, and
 * the stack event has its problems.
 *
 * If the alias already points to the same code and settings, that version is the answer, without a check. So a rollback
 * succeeds, for which CloudFormation asks again with the old properties.
 *
 * @param event what CloudFormation sends; properties `FunctionName` and `Alias`
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
      const functionName = text(request.properties.FunctionName, "FunctionName")
      const alias = text(request.properties.Alias, "Alias")
      answer = { ...(await new Check(functionName, alias, parts).run()), physicalId }
    } catch (error) {
      answer = { ok: false, physicalId, reason: `The check could not run: ${sentence(error)}` }
    }
  }
  const log = parts.log ?? ((line: string) => console.info(line))
  log(JSON.stringify({ message: "deployment checked", request: request.type, ...answer }))
  await (parts.send ?? sendAnswer)(request.responseUrl, answerBody(request, answer))
}

type Result =
  | { readonly ok: true; readonly data: { readonly Version: string } }
  | { readonly ok: false; readonly reason: string }

class Check {
  readonly #functionName: string
  readonly #alias: string
  readonly #parts: CheckedVersionParts
  readonly #clock: Clock
  readonly #endMs: number

  constructor(functionName: string, alias: string, parts: CheckedVersionParts) {
    this.#functionName = functionName
    this.#alias = alias
    this.#parts = parts
    this.#clock = parts.clock ?? systemClock
    this.#endMs = this.#clock() + limitMs
  }

  async run(): Promise<Result> {
    const lambda = this.#parts.lambda ?? (await lambdaCalls())
    for (;;) {
      try {
        return await this.#once(lambda)
      } catch (error) {
        if (!passing.has(nameOf(error)) || !(await this.#waited(pauseMs))) throw error
      }
    }
  }

  async #once(lambda: LambdaCalls): Promise<Result> {
    const { settings } = await lambda.configuration(this.#functionName)
    const live = await lambda.aliasVersion(this.#functionName, this.#alias)
    if (live !== undefined && (await lambda.configuration(this.#functionName, live)).settings === settings)
      return { ok: true, data: { Version: live } }
    const version = await lambda.publish(this.#functionName)
    while (!(await lambda.configuration(this.#functionName, version)).isActive)
      if (!(await this.#waited(pendingMs)))
        return { ok: false, reason: `Lambda could not start version ${version} in time.` }
    for (;;) {
      const { failed, returned } = await lambda.run(this.#functionName, version, deploymentCheck)
      if (failed !== undefined)
        return { ok: false, reason: `Version ${version} ended with ${failed}. The log of the function has the fault.` }
      const report = readReport(returned)
      if (report === undefined)
        return {
          ok: false,
          reason: `Version ${version} returned no report. Deploy the bundle that npm run build makes.`,
        }
      if (report.sound) return { ok: true, data: { Version: version } }
      if (!report.mayPass || !(await this.#waited(pauseMs)))
        return { ok: false, reason: reasonOf(version, report.problems) }
    }
  }

  /** Waits, if there is time left. */
  async #waited(milliseconds: number): Promise<boolean> {
    if (this.#clock() + milliseconds > this.#endMs) return false
    await (this.#parts.pause ?? sleep)(milliseconds)
    return true
  }
}

function readReport(value: unknown): DeploymentReport | undefined {
  const { sound, problems, mayPass } = Object(value) as { readonly [name: string]: unknown }
  if (typeof sound !== "boolean" || typeof mayPass !== "boolean" || !Array.isArray(problems)) return undefined
  return sound && problems.length > 0 ? undefined : (value as DeploymentReport)
}

/** As many problems as a stack event has room for. */
function reasonOf(version: string, problems: readonly DeploymentProblem[]): string {
  const count = `${problems.length} problem${problems.length === 1 ? "" : "s"}`
  let reason = `Version ${version} takes no traffic, because its check found ${count}.`
  for (const [index, { path, message }] of problems.entries()) {
    const next = ` ${index + 1}. ${path}: ${message}${/[.?!]$/.test(message) ? "" : "."}`
    if (reason.length + next.length > maxReasonLength - 60)
      return `${reason} And ${problems.length - index} more: hallpass check prints them.`
    reason += next
  }
  return reason
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error)

function sentence(error: unknown): string {
  return error instanceof Error && error.message !== "" ? `${error.name}: ${error.message}` : nameOf(error)
}
