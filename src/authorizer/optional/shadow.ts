import { createInShadow, loadInShadow } from "../../shadow/shadow.ts"

/** Everything that only a configuration with another authorizer beside it needs, as one file of a bundle. */
export interface ShadowSupport {
  readonly create: typeof createInShadow
  readonly load: typeof loadInShadow
}

export const shadowSupport: ShadowSupport = { create: createInShadow, load: loadInShadow }
