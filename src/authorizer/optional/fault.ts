import { describeFault } from "../../observe/describe-fault.ts"
import type { FaultRecord } from "../../types/observer.ts"

/** What describes a fault for an observer that does not do so itself: no answer needs it. */
export const faultSupport: { readonly describe: (error: unknown) => FaultRecord } = { describe: describeFault }
