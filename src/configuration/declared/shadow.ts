import { block, byDefault, number, type Option, option, required } from "../../problems/declaration.ts"
import type { ShadowOptions } from "../../types/configuration.ts"
import { evidenceList } from "./evidence.ts"

/** What has to be written where hallpass must not decide, so that it cannot happen by accident (SR-168). */
const acknowledgement: ShadowOptions["acknowledge"] = "hallpass decides nothing in this mode"

const acknowledge: Option<ShadowOptions["acknowledge"]> = option("words", [acknowledgement], (value, path, report) => {
  if (value === acknowledgement) return acknowledgement
  report(path, `must be "${acknowledgement}": every answer is that of the existing authorizer. Write it word for word`)
  return undefined
})

/** Checked as an identity header of an edge, by the authorizer that reads it. */
const header: Option<string> = option("headerName", [], (value) => value as string)

type Evidence = NonNullable<ShadowOptions["evidence"]>

/** As the evidence of an edge, but for a JWS, which says nothing of a decision. */
const evidence: Option<Evidence> = option("evidenceOfHeader", [], (value, path, report) => {
  const entries = Array.isArray(value) ? value.map(withoutJws) : value
  evidenceList.check(entries, path, report)
  return value as Evidence
})

function withoutJws(entry: unknown): unknown {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return entry
  const { jws: _, ...others } = entry as { readonly jws?: unknown }
  return others
}

export const shadowBlock: Option<ShadowOptions, "optional", ShadowOptions & { readonly timeoutMs: number }> = block<
  ShadowOptions,
  ShadowOptions & { readonly timeoutMs: number }
>({
  acknowledge: required(acknowledge),
  timeoutMs: byDefault(number(0, 5000, "milliseconds"), 1000),
  header,
  evidence,
})
