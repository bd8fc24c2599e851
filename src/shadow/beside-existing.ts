import type { AsyncLocalStorage } from "node:async_hooks"
import type { AuthorizerAnswer } from "../answer/answer.ts"
import type { Authorizer } from "../authorizer/authorizer.ts"
import type { ExistingAuthorizer } from "../authorizer/parts.ts"
import type { DecisionRecord } from "../types/decision.ts"
import type { DisagreementRecord } from "../types/observer.ts"
import { type Answered, outcomeOf } from "./existing-answer.ts"

/** What an authorizer's decisions are noted in, request by request, even where several are under way. */
export type Notes = AsyncLocalStorage<{ decision?: DecisionRecord }>

interface Beside {
  /** Where `ours` notes what it decided. */
  readonly notes: Notes
  /** Longest that an answer waits for hallpass, from the start of the request. */
  readonly timeoutMs: number
  readonly resourcePolicyAllows: boolean
  /** Whether the existing answer is one for a backend: then principalId and context are compared, too. */
  readonly comparesAnswers: boolean
  /** Never throws. */
  readonly disagree: (record: DisagreementRecord) => void
}

/**
 * What the existing authorizer comes to where both agree; 401 and 403 are one here, because old authorizers mix them.
 */
const same: { readonly [outcome in DecisionRecord["outcome"]]: DisagreementRecord["existing"] } = {
  allow: "allow",
  unauthenticated: "deny",
  forbidden: "deny",
  unavailable: "error",
}
/** The handler failed before it could say anything. */
const undecided: DecisionRecord = Object.freeze({ outcome: "unavailable", reason: "internal", shadow: true })

/**
 * An authorizer that answers as the existing one: what that returns is returned, the same object, and what it throws is
 * thrown. Nothing that hallpass does or fails to do changes it. If the existing one never answers, neither does this
 * one, and the function's timeout ends it, as it did before.
 */
export function beside(
  ours: Authorizer,
  existing: ExistingAuthorizer,
  { notes, timeoutMs, resourcePolicyAllows, comparesAnswers, disagree }: Beside,
): Pick<Authorizer, "handler" | "decide"> {
  async function thoughts(event: unknown, invocation: unknown): Promise<Thought> {
    const note: { decision?: DecisionRecord } = {}
    // Refusals are thrown, too.
    const answer = await notes.run(note, () => ours.handler(event, invocation)).catch(() => undefined)
    return { decision: note.decision ?? undecided, answer }
  }

  function compare(answered: Answered, event: unknown, { decision, answer }: Thought): void {
    const existing = outcomeOf(answered, event, resourcePolicyAllows)
    if (existing !== same[decision.outcome]) {
      disagree({ existing, decision, differs: ["verdict"] })
      return
    }
    // Two answers that allow may still say different things to the backend. A decision in a header says nothing to it.
    if (existing !== "allow" || !comparesAnswers || !("answer" in answered)) return
    const contextKeys = missingKeys(answered.answer, answer)
    const differs = [
      ...(idOf(answered.answer) === idOf(answer) ? [] : (["principalId"] as const)),
      ...(contextKeys.length === 0 ? [] : (["context"] as const)),
    ]
    if (differs.length > 0) disagree({ existing, decision, differs, ...(contextKeys.length > 0 && { contextKeys }) })
  }

  return {
    async handler(event, invocation) {
      const copy = copyOf(event) // before the existing one can change it
      const deadline = startDeadline(timeoutMs)
      const asked = ask(existing, event, invocation)
      const thought = thoughts(copy, invocation)
      const answered = await asked
      // What comes later than the deadline is compared all the same, as soon as the environment runs again.
      const compared = thought.then((own) => compare(answered, copy, own)).catch(() => undefined)
      await Promise.race([compared, deadline.over])
      deadline.cancel()
      if ("error" in answered) throw answered.error
      return answered.answer as AuthorizerAnswer
    },
    decide: ours.decide,
  }
}

/** What hallpass came to, and the answer that it would have given. */
interface Thought {
  readonly decision: DecisionRecord
  readonly answer: unknown
}

type Answer = { readonly principalId?: unknown; readonly context?: unknown }

function idOf(answer: unknown): unknown {
  return (Object(answer) as Answer).principalId
}

/** Keys of the existing answer's context that hallpass' answer lacks: a backend may read them. */
function missingKeys(existing: unknown, own: unknown): readonly string[] {
  const [theirs = [], ours = []] = [existing, own].map((answer) =>
    Object.keys(Object((Object(answer) as Answer).context)),
  )
  return theirs.filter((key) => !ours.includes(key)).slice(0, 20)
}

async function ask(existing: ExistingAuthorizer, event: unknown, invocation: unknown): Promise<Answered> {
  try {
    return { answer: await existing(event, invocation) }
  } catch (error) {
    return { error }
  }
}

/** Events are plain data; one that is not cannot be copied, and is then only read. */
function copyOf(event: unknown): unknown {
  try {
    return structuredClone(event)
  } catch {
    return event
  }
}

function startDeadline(timeoutMs: number): { readonly over: Promise<void>; readonly cancel: () => void } {
  let cancel = (): void => undefined
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, timeoutMs)
    cancel = () => clearTimeout(timer)
  })
  return { over, cancel }
}
