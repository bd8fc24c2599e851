import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"
import { buildBundle } from "../../local/build.ts"
import { progressOn } from "../../local/progress.ts"
import { prepareRuntimeClient } from "../../local/runtime/client.ts"
import type { RuntimeClient } from "../../local/runtime/plain-runtime.ts"

/** The built bundle, and AWS's Lambda runtime client or, said loudly, its stand-in. */
export interface Prepared {
  readonly bundle: string
  readonly runtimeClient: RuntimeClient
}

declare module "vitest" {
  interface ProvidedContext {
    /** The file that holds `Prepared` once it is made, or `{ problem }`. */
    readonly prepared: string
  }
}

/** Once for all test files. Nothing waits for it but the runtime tests, which are the last of a run. */
export default function setup(project: TestProject): () => Promise<void> {
  // Not in build/, which another process may be building or deploying at the same time.
  const folder = mkdtempSync(join(tmpdir(), "hallpass-bundle-"))
  const file = join(folder, "prepared.json")
  project.provide("prepared", file)
  const made = prepare(join(folder, "build")).catch((error: unknown) => ({ problem: String(error) }))
  const written = made.then((prepared) => {
    writeFileSync(`${file}.part`, JSON.stringify(prepared))
    renameSync(`${file}.part`, file)
  })
  return async () => {
    await written
    rmSync(folder, { recursive: true, force: true })
  }
}

async function prepare(folder: string): Promise<Prepared> {
  const progress = progressOn(process.stderr)
  const [bundle, runtimeClient] = await Promise.all([
    progress.during("Building the bundle", buildBundle(folder)),
    prepareRuntimeClient(progress),
  ])
  if (runtimeClient.kind === "plain") progress.line("!!! The runtime tests run WITHOUT AWS's Lambda runtime client.")
  return { bundle, runtimeClient }
}
