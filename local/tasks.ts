import type { Command } from "./arguments.ts"
import { buildBundle } from "./build.ts"
import { runDemonstration } from "./demonstration/run.ts"
import type { GivenFiles } from "./given-files.ts"
import { startIssuers } from "./issuers/all.ts"
import { prepareEvent, runEvent } from "./one-event.ts"
import type { Progress } from "./progress.ts"
import { prepareRuntimeClient } from "./runtime/client.ts"
import { serveUntilStopped } from "./server/until-stopped.ts"
import { demoConfiguration } from "./stack/demo.ts"
import { LocalStack } from "./stack/stack.ts"
import { runTable } from "./table/run.ts"

type Print = (text: string) => void

/**
 * Does what the command line asks for.
 *
 * @param files those of one event
 * @returns whether all went well
 */
export async function runTask(
  command: Exclude<Command, { readonly task: "help" }>,
  files: GivenFiles | undefined,
  progress: Progress,
  print: Print,
): Promise<boolean> {
  if (command.task === "demonstration") return demonstrate(command, progress, print)
  const issuers = await startIssuers()
  try {
    const prepared = command.task === "event" && files ? await prepareEvent(command, files, issuers) : undefined
    const bundle = await progress.during("Building the bundle", buildBundle())
    const client = await prepareRuntimeClient(progress, { plain: !command.awsRuntime })
    return prepared === undefined
      ? await runTable(client, bundle, issuers, print)
      : await runEvent(client, bundle, prepared, print)
  } finally {
    await Promise.all(issuers.map((issuer) => issuer.stop()))
  }
}

/** The demonstration, and on a terminal the page until Ctrl-C. */
async function demonstrate(
  { awsRuntime, serve = process.stdout.isTTY === true, port }: Command & { readonly task: "demonstration" },
  progress: Progress,
  print: Print,
): Promise<boolean> {
  const options = { mode: "demo", source: "the demonstration", config: demoConfiguration, localIssuers: true } as const
  const [built, started] = await progress.during(
    "Building the bundle",
    Promise.allSettled([buildBundle(undefined, "hidden"), LocalStack.start(options)]),
  )
  if (started.status === "rejected") throw started.reason
  const stack = started.value
  let isGood = false
  try {
    if (built.status === "rejected") throw built.reason
    const client = await prepareRuntimeClient(progress, { plain: !awsRuntime })
    isGood = await runDemonstration(stack, client, built.value, print)
  } catch (error) {
    await stack.stop()
    throw error
  }
  if (serve) await serveUntilStopped(stack, port, print)
  else await stack.stop()
  return isGood
}
