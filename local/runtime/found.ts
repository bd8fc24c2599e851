import { existsSync, readFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import type { RuntimeClient } from "./plain-runtime.ts"
import { plainClient } from "./plain-runtime.ts"

/**
 * AWS's own runtime client if it is installed and compiled in a folder or above it, else the plain one. Installs
 * nothing.
 *
 * @param folders where to look, the first one that has it
 */
export function foundRuntimeClient(folders: readonly string[]): RuntimeClient {
  for (const folder of folders)
    for (let at = resolve(folder); ; at = dirname(at)) {
      const client = installedIn(join(at, "node_modules/aws-lambda-ric"))
      if (client !== undefined) return client
      if (dirname(at) === at) break
    }
  return plainClient
}

function installedIn(folder: string): RuntimeClient | undefined {
  const entry = join(folder, "index.mjs")
  const compiled = ["rapid-client.node", "build/Release/rapid-client.node"].some((file) =>
    existsSync(join(folder, file)),
  )
  if (!existsSync(entry) || !compiled) return undefined
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { readonly version?: string }
  return { kind: "aws-lambda-ric", name: `AWS's own, aws-lambda-ric ${version ?? ""}`.trim(), entry }
}
