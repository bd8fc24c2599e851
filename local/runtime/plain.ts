import { fileURLToPath } from "node:url"
import type { RuntimeClient } from "./client.ts"

/** Runs the bundle with the same protocol as AWS's own client, and needs no compiler. */
export const plainClient: RuntimeClient = {
  kind: "plain",
  name: "a plain child process that speaks the Runtime API",
  entry: fileURLToPath(new URL("plain-client.mjs", import.meta.url)),
}
