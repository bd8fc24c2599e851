import { explain } from "../../problems/explain-problems.ts"
import type { Explain } from "../../problems/option-checks.ts"

/** The sentences about the problems of a configuration: only a configuration that is refused needs them. */
export const explanationSupport: { readonly explain: Explain } = { explain }
