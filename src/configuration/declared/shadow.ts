import { block, byDefault, number, type Option, option, required } from "../../problems/declaration.ts"
import type { ShadowOptions } from "../../types/configuration.ts"

/** What has to be written where hallpass must not decide, so that it cannot happen by accident (SR-168). */
const acknowledgement: ShadowOptions["acknowledge"] = "hallpass decides nothing in this mode"

const acknowledge: Option<ShadowOptions["acknowledge"]> = option("words", [acknowledgement], (value, path, report) => {
  if (value === acknowledgement) return acknowledgement
  report(path, `must be "${acknowledgement}": every answer is that of the existing authorizer. Write it word for word`)
  return undefined
})

/** Header and evidence are checked as those of an edge, by the authorizer that reads the header. */
const header: Option<string> = option("headerName", [], (value) => value as string)
const evidence: Option<NonNullable<ShadowOptions["evidence"]>> = option(
  "evidenceOfHeader",
  [],
  (value) => value as NonNullable<ShadowOptions["evidence"]>,
)

export const shadowBlock: Option<ShadowOptions, "optional", ShadowOptions & { readonly timeoutMs: number }> = block<
  ShadowOptions,
  ShadowOptions & { readonly timeoutMs: number }
>({
  acknowledge: required(acknowledge),
  timeoutMs: byDefault(number(0, 5000, "milliseconds"), 1000),
  header,
  evidence,
})
