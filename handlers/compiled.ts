import type { CompiledConfiguration } from "../src/deployment.ts"

/**
 * What was found out about the bundled configuration when it was bundled. The build puts that in place of this module;
 * without it a start finds out everything itself.
 */
const compiled: CompiledConfiguration | undefined = undefined

export default compiled
