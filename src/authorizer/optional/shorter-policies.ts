import { restoreShorter } from "../../policy/restored-shorter.ts"

/** What a start from the compiled form needs if a policy does not fit into an answer as it is written first. */
export { restoreShorter }
