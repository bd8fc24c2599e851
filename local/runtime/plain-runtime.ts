import { fileURLToPath } from "node:url"

/** The program that runs a handler the way Lambda does. */
export interface RuntimeClient {
  readonly kind: "aws-lambda-ric" | "plain"
  /** For people. */
  readonly name: string
  /** The file that Node.js runs. */
  readonly entry: string
}

/** Runs the bundle with the same protocol as AWS's own client, and needs no compiler. */
export const plainClient: RuntimeClient = {
  kind: "plain",
  name: "a plain child process that speaks the Runtime API",
  entry: fileURLToPath(new URL("plain-client.mjs", import.meta.url)),
}
