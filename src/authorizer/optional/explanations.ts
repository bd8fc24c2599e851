import type { Explain } from "../../shared/check.ts"
import { explain } from "../../shared/explain.ts"

/** The sentences about the problems of a configuration: only a configuration that is refused needs them. */
export const explanationSupport: { readonly explain: Explain } = { explain }
