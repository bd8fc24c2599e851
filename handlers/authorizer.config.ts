import type { AuthorizerConfig } from "../src/index.ts"

/**
 * The configuration that is bundled with the handler. Leave it undefined to configure the deployed function through its
 * environment (`HALLPASS_CONFIG` or the simple variables), which wins over what stands here.
 */
const configuration: AuthorizerConfig | undefined = undefined

export default configuration
