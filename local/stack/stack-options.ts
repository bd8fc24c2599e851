import type { AuthorizerConfig } from "../../src/index.ts"
import type { FurtherSettings } from "./apis.ts"
import type { Backend } from "./backend.ts"

/** What a stack is made of. */
export interface StackOptions {
  readonly mode: "demo" | "dev"
  /** For people: the configuration's file. */
  readonly source: string
  readonly config: AuthorizerConfig
  /** Whether issuers on this machine take the place of the configured ones. */
  readonly localIssuers: boolean
  readonly backend?: Backend
  readonly further?: FurtherSettings
  /** Reads an edited configuration; strict JSON without it. It rejects with ConfigurationError. */
  readonly readText?: (text: string) => Promise<unknown>
  /** Milliseconds since the epoch. */
  readonly clock?: () => number
}
