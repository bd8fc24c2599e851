import type { RouteRule } from "../types/configuration.ts"
import type { CompiledRule } from "./rule.ts"

/** One configured route. */
export interface Route {
  /** As the configuration writes it. */
  readonly key: string
  /** An HTTP method, `ANY`, or `$connect`. */
  readonly method: string
  readonly template: string
  readonly rule: CompiledRule
  readonly configured: RouteRule
}
