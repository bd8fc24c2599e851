import type { Results } from "../results.ts"
import { coldStartPlot } from "./cold-start.ts"
import { pipelinePlot } from "./pipeline.ts"
import { scalePlot } from "./scale.ts"
import { verifyPlot } from "./verify.ts"

/** One picture of bench/results: `verify.svg` for `verify`. */
export interface Plot {
  readonly name: "verify" | "pipeline" | "cold-start" | "scale"
  readonly title: string
  /** Vega-Lite. */
  readonly spec: object
}

/** The plots of what was measured; a bench that was not run has none. */
export function plotsOf(results: Results): readonly Plot[] {
  return [verifyPlot, pipelinePlot, coldStartPlot, scalePlot].flatMap((plotOf) => plotOf(results) ?? [])
}
