import { checkEdge } from "../../configuration/check-edge.ts"
import type { CheckEdge } from "../../configuration/checked-edge.ts"
import { connectEdge } from "../connect-edge.ts"

/** All that an `edge` block needs, in one place: most deployments have no edge, and then it is not loaded. */
export const edgeSupport: { readonly check: CheckEdge; readonly connect: typeof connectEdge } = {
  check: checkEdge,
  connect: connectEdge,
}
export type EdgeSupport = typeof edgeSupport
