import type { DeploymentProblem, DeploymentReport } from "./check-deployment.ts"
import { maxReasonLength } from "./custom-resource.ts"

/** The event that asks a version for its report. No API Gateway sends one: its events have no such member. */
export const deploymentCheck = { hallpass: "deployment-check" } as const

/** What a version returned, if it is a report that does not contradict itself. */
export function readReport(value: unknown): DeploymentReport | undefined {
  const { sound, problems, mayPass } = Object(value) as { readonly [name: string]: unknown }
  if (typeof sound !== "boolean" || typeof mayPass !== "boolean" || !Array.isArray(problems)) return undefined
  return sound && problems.length > 0 ? undefined : (value as DeploymentReport)
}

/** As many problems as a stack event has room for. @param outcome what follows from them; their number comes next */
export function reasonOf(outcome: string, problems: readonly DeploymentProblem[]): string {
  let reason = `${outcome} ${problems.length} problem${problems.length === 1 ? "" : "s"}.`
  for (const [index, { path, message }] of problems.entries()) {
    const next = ` ${index + 1}. ${path}: ${message}${/[.?!]$/.test(message) ? "" : "."}`
    if (reason.length + next.length > maxReasonLength - 60)
      return `${reason} And ${problems.length - index} more: hallpass check prints them.`
    reason += next
  }
  return reason
}
