import { readFileSync } from "node:fs"
import type { AuthorizerConfig } from "../src/index.ts"
import { UsageError } from "./arguments.ts"
import type { GatewayEvent } from "./table/event.ts"

/** The files of the command line, as they are. */
export interface GivenFiles {
  readonly event: GatewayEvent
  /** Undefined if the configuration is that of the local issuers. */
  readonly configuration: Partial<AuthorizerConfig> | undefined
}

/** Reads the files of the command line, before the issuers make their keys. */
export function readFiles({
  eventFile,
  configFile,
}: {
  readonly eventFile: string
  readonly configFile: string | undefined
}): GivenFiles {
  return { event: readObject(eventFile), configuration: configFile === undefined ? undefined : readObject(configFile) }
}

function readObject(file: string): GatewayEvent {
  let text: string
  try {
    text = readFileSync(file, "utf8")
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""))
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${(error as Error).message.split("\n")[0]}`)
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as GatewayEvent
  throw new UsageError(`${file} holds JSON, but no object`)
}
