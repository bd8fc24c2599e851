import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"
import { buildBundle } from "../../local/build.ts"
import { progressOn } from "../../local/progress.ts"
import { prepareRuntimeClient } from "../../local/runtime/client.ts"
import type { RuntimeClient } from "../../local/runtime/plain-runtime.ts"

declare module "vitest" {
  interface ProvidedContext {
    readonly bundle: string
    readonly runtimeClient: RuntimeClient
  }
}

/** Once for all test files: the built bundle, and AWS's Lambda runtime client or, said loudly, its stand-in. */
export default async function setup(project: TestProject): Promise<() => void> {
  const progress = progressOn(process.stderr)
  // Not in build/, which another process may be building or deploying at the same time.
  const folder = mkdtempSync(join(tmpdir(), "hallpass-bundle-"))
  const bundle = await progress.during("Building the bundle", buildBundle(folder))
  const runtimeClient = await prepareRuntimeClient(progress)
  if (runtimeClient.kind === "plain") progress.line("!!! The runtime tests run WITHOUT AWS's Lambda runtime client.")
  project.provide("bundle", bundle)
  project.provide("runtimeClient", runtimeClient)
  return () => rmSync(folder, { recursive: true, force: true })
}
