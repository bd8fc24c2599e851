import { certificates } from "../../support/key-server-certificates.ts"
import { bodies } from "./bodies.ts"
import { certificateFaults } from "./certificates.ts"
import { connections } from "./connections.ts"
import { discoveries } from "./discoveries.ts"
import { encodings } from "./encodings.ts"
import type { Fault } from "./fault.ts"
import { keySets } from "./key-sets.ts"
import { statuses } from "./statuses.ts"

/** Every fault, in the order of `docs/keys.md`. */
export const faults: readonly Fault[] = [
  ...statuses,
  ...bodies,
  ...keySets,
  ...encodings,
  ...connections,
  ...certificateFaults(await certificates()),
  ...discoveries,
]
