import { block, byDefault, flag, number, type Option, words } from "../../problems/declaration.ts"
import type { ObserveOptions } from "../../types/configuration.ts"

export const observeBlock: Option<ObserveOptions, "optional", Required<ObserveOptions>> = block<
  ObserveOptions,
  Required<ObserveOptions>
>({
  sampleAllows: byDefault(number(0, 1, "share of the allowed requests"), 0),
  principal: byDefault(words("hash", "id", "none"), "hash"),
  audit: byDefault(words("none", "ocsf"), "none"),
  flushAfterSeconds: byDefault(number(0, 300, "seconds, 0 to write the metrics of each decision at once"), 10),
  flushAfterCount: byDefault(number(1, 100_000, "decisions"), 1000),
  traceContext: byDefault(flag, false),
  path: byDefault(words("template", "full", "none"), "template"),
  answerInContext: byDefault(flag, true),
})
