import type { JSX } from "preact"
import { Status } from "../answer/gateway.tsx"
import { Text } from "../show/text.tsx"
import { type Mode, mode } from "../state/draft.ts"
import { sending, sendProblem, shown } from "../state/exchange.ts"
import { state } from "../state/stack.ts"
import { examplesOf } from "./examples.ts"
import { ComposeForm } from "./form.tsx"
import { PasteForm } from "./paste.tsx"

const modes: readonly (readonly [Mode, string])[] = [
  ["compose", "Compose"],
  ["token", "Paste token"],
  ["event", "Paste event"],
]

/** The left panel: what is sent. */
export function RequestPanel(): JSX.Element {
  const examples = state.value === undefined ? [] : examplesOf(state.value)
  return (
    <section class="panel" aria-labelledby="request-title">
      <header>
        <h2 id="request-title">
          <span class="step">1</span> The client sends
        </h2>
        <p>Begin with an example, or make your own.</p>
      </header>
      <fieldset class="examples">
        <legend class="hidden">Examples: each is sent at once</legend>
        {examples.map(({ title, shows, run }) => (
          <button key={title} type="button" title={shows} aria-disabled={sending.value} onClick={() => void run()}>
            {title}
          </button>
        ))}
      </fieldset>
      <fieldset class="segments">
        <legend class="hidden">How to make the request</legend>
        {modes.map(([value, label]) => (
          <label key={value}>
            <input
              type="radio"
              name="mode"
              value={value}
              checked={mode.value === value}
              onChange={() => {
                mode.value = value
                sendProblem.value = ""
              }}
            />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
      {mode.value === "compose" ? <ComposeForm /> : <PasteForm key={mode.value} kind={mode.value} />}
      <div class="problem" role="alert">
        {sendProblem.value !== "" && <Text of={sendProblem.value} />}
      </div>
      <ResultBar />
    </section>
  )
}

/** Where the panels are in one column, the result is out of sight: this line shows it, and leads to it. */
function ResultBar(): JSX.Element | null {
  const now = shown.value
  if (now === undefined) return null
  const status = now.of === "exchange" ? now.exchange.client.status : now.request.status
  const walk = now.of === "exchange" ? now.exchange.walk : now.request.walk
  return (
    <button
      type="button"
      class="result-bar"
      onClick={() => {
        const title = document.getElementById("walk-title")
        title?.scrollIntoView()
        title?.focus({ preventScroll: true })
      }}
    >
      <Status status={status} />
      <span>
        {walk?.failed === undefined ? "See the walk" : `${walk.failed.stage} · ${walk.failed.check}: see why`}
      </span>
    </button>
  )
}
