import type { AuthorizerConfig, RouteRule } from "../types/configuration.ts"
import type { OpenApiOptions } from "./routes-from-openapi.ts"

/** Where a configuration takes its route table from: a file, relative to the configuration's own. */
export type OpenApiSource = string | ({ readonly file: string } & Pick<OpenApiOptions, "schemes" | "scopes">)

/**
 * A route table that is read from an OpenAPI document at build time. Routes beside `openapi` win over the document's.
 */
export type RoutesSource = { readonly openapi: OpenApiSource } & {
  readonly [routeKey: `${string} /${string}` | `$${string}`]: RouteRule
}

/** A configuration as it is written down; the build and the command line turn it into the configuration that runs. */
export type AuthorizerSource = Omit<AuthorizerConfig, "routes"> & {
  readonly routes?: AuthorizerConfig["routes"] | RoutesSource
}
