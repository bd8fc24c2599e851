import type { Source } from "../shared/value-source.ts"
import type { KeySet } from "./key-set.ts"

/** Where one issuer entry's keys come from. */
export type KeySource = Source<KeySet>
