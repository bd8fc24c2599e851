import type { JSX } from "preact"
import { Icon, type IconName } from "./icon.tsx"

/** What the page says of one answer: the four outcomes, and what API Gateway answers by itself. */
export type Shown = "allow" | "unauthenticated" | "forbidden" | "unavailable" | "gateway"

export const outcomeWords: { readonly [outcome in Shown]: string } = {
  allow: "Allowed",
  unauthenticated: "Unauthenticated",
  forbidden: "Forbidden",
  unavailable: "Unavailable",
  gateway: "Answered by API Gateway",
}

/** What an outcome means for the caller, in one sentence. */
export const outcomeMeanings: { readonly [outcome in Shown]: string } = {
  allow: "The credential is good, and the rule of the route holds.",
  unauthenticated: "The credential proves nothing. The client should get a new one.",
  forbidden: "The caller is known, but may not call this route.",
  unavailable: "hallpass could not judge the request. Nothing is kept, and the client may try again.",
  gateway: "API Gateway answered by itself and did not ask the authorizer.",
}

/** Shape and word of an outcome. */
export function OutcomeBadge({ outcome, large }: { readonly outcome: Shown; readonly large?: boolean }): JSX.Element {
  return (
    <span class={large ? "badge large" : "badge"} data-outcome={outcome}>
      <Icon name={outcome satisfies IconName} />
      {outcomeWords[outcome]}
    </span>
  )
}

/** The outcome that a status of the client shows. */
export function outcomeOfStatus(status: number): Exclude<Shown, "gateway"> {
  if (status < 400) return "allow"
  if (status === 401) return "unauthenticated"
  return status < 500 ? "forbidden" : "unavailable"
}
