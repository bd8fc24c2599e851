import type { Progress } from "../progress.ts"
import { installRuntimeClient } from "./install.ts"
import { plainClient, type RuntimeClient } from "./plain-runtime.ts"

/** AWS's own runtime client, installed if it is not there yet; the plain one where that is impossible or not wanted. */
export async function prepareRuntimeClient(progress: Progress, options?: { plain?: boolean }): Promise<RuntimeClient> {
  if (options?.plain === true) return plainClient
  const installed = await installRuntimeClient(progress)
  if (installed.problem !== undefined) {
    progress.line(
      `AWS's Lambda runtime client cannot be used: ${installed.problem}. ` +
        "The bundle runs in a plain child process with the same protocol instead: answers are the same, times are not Lambda's.",
    )
    return plainClient
  }
  return { kind: "aws-lambda-ric", name: `AWS's own, aws-lambda-ric ${installed.version}`, entry: installed.entry }
}
