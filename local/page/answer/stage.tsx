import type { JSX } from "preact"
import type { Walk, WalkCheck, WalkStage } from "../../server/control-api.ts"
import { Icon } from "../show/icon.tsx"
import { durationText } from "../show/quantity.ts"
import { Text, Value } from "../show/text.tsx"

/** What a stage does, said before there is anything to conclude. */
const purposes: { readonly [stage: string]: string } = {
  event: "reads the event of API Gateway",
  gateway: "compares it with the settings",
  arn: "takes the ARN apart",
  edge: "verifies headers of an edge",
  credential: "finds exactly one token",
  token: "verifies signature and claims",
  route: "finds the rule, and applies it",
  check: "asks your own code",
}

/** One row of the walk. */
export interface StageView extends Omit<WalkStage, "state"> {
  /** `skipped`: a later stage was reached without it. */
  readonly state: WalkStage["state"] | "waiting" | "skipped"
}

/** The stages of a walk; without a walk, what each of them would do. */
export function stagesOf(walk: Walk | undefined): readonly StageView[] {
  if (walk !== undefined) {
    const last = walk.stages.findLastIndex(({ state }) => state !== "not-reached")
    return walk.stages.map((stage, at) =>
      stage.state === "not-reached" && at < last ? { ...stage, state: "skipped" } : stage,
    )
  }
  return Object.keys(purposes).map((stage) => ({ stage, title: "", state: "waiting", conclusion: "", checks: [] }))
}

const icons = {
  passed: "ok",
  failed: "failed",
  "not-reached": "skipped",
  waiting: "skipped",
  skipped: "skipped",
} as const
const words = { passed: "passed", failed: "failed", "not-reached": "", waiting: "", skipped: "" } as const

/** One stage: its name, its conclusion, its time, and its checks if they are opened. A failed stage is open. */
export function StageRow({ stage }: { readonly stage: StageView }): JSX.Element {
  const { state, conclusion, microseconds, checks } = stage
  const line = (
    <>
      <Icon name={icons[state]} />
      <span class="name">{stage.stage}</span>
      <span class="says">
        {words[state] !== "" && <span class="hidden">{words[state]}: </span>}
        {state === "waiting" ? (
          purposes[stage.stage]
        ) : state === "not-reached" ? (
          "not reached"
        ) : state === "skipped" ? (
          "not needed"
        ) : (
          <Text of={conclusion} limit={300} />
        )}
      </span>
      <span class="time">{microseconds === undefined ? "" : durationText(microseconds)}</span>
    </>
  )
  if (checks.length === 0) return <li class={`stage ${state}`}>{<div class="line">{line}</div>}</li>
  return (
    <li class={`stage ${state}`}>
      <details open={state === "failed"}>
        <summary class="line">{line}</summary>
        <ul class="checks">
          {checks.map((check) => (
            <CheckRow key={check.check} check={check} />
          ))}
        </ul>
      </details>
    </li>
  )
}

function CheckRow({ check }: { readonly check: WalkCheck }): JSX.Element {
  const { check: name, ok, expected, found, microseconds } = check
  return (
    <li class={ok ? "passed" : "failed"}>
      <Icon name={ok ? "ok" : "failed"} />
      <span class="name">
        <span class="hidden">{ok ? "passed: " : "failed: "}</span>
        {name}
      </span>
      <span class="says">
        {expected !== undefined && (!ok || found === undefined) && (
          <span class="pair">
            <span class="key">wants</span> <Value of={expected} />
          </span>
        )}
        {found !== undefined && (
          <span class="pair">
            <span class="key">has</span> <Value of={found} />
          </span>
        )}
      </span>
      <span class="time">{microseconds === undefined ? "" : durationText(microseconds)}</span>
    </li>
  )
}
