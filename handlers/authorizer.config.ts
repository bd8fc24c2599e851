import type { AuthorizerConfig } from "../src/index.ts"
import type { AuthorizerSource } from "../src/openapi.ts"

/**
 * The configuration that is bundled with the handler. Leave it undefined to configure the deployed function through its
 * environment (`HALLPASS_CONFIG` or the simple variables), which wins over this file.
 *
 * `routes: { openapi: "../openapi.yaml" }` takes the route table from an OpenAPI document, at a path relative to this
 * file.
 */
const configuration: AuthorizerSource | undefined = undefined

export default configuration as AuthorizerConfig | undefined // the build puts the table in the place of routes.openapi
