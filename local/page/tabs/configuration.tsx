import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals"
import type { JSX } from "preact"
import { useEffect, useId } from "preact/hooks"
import type { ConfigurationVerdict } from "../../server/control-api.ts"
import { Icon } from "../show/icon.tsx"
import { jsonMistakeIn, type TextPlace } from "../show/json-mistake.ts"
import { counted } from "../show/quantity.ts"
import { Text } from "../show/text.tsx"
import { call } from "../state/control.ts"
import { announcement, reload, state } from "../state/stack.ts"
import { Conflicts, Problems } from "./routes.tsx"

/** Undefined while nothing was edited: the running configuration is shown. */
const edited: Signal<string | undefined> = signal(undefined)
const verdict: Signal<ConfigurationVerdict | undefined> = signal(undefined)
const problem: Signal<string> = signal("")
const working: Signal<boolean> = signal(false)

const text: ReadonlySignal<string> = computed(() => edited.value ?? state.value?.configuration ?? "")
const isEdited: ReadonlySignal<boolean> = computed(() => edited.value !== undefined && edited.value !== running())
const running = (): string => state.value?.configuration ?? ""

const pauseMs = 250
let pending: ReturnType<typeof setTimeout> | undefined
let checking: AbortController | undefined

/** The configuration, checked while it is edited, and used on request. */
export function ConfigurationTab(): JSX.Element {
  const id = useId()
  const now = state.value
  useEffect(() => {
    if (verdict.value === undefined) void check()
  }, [])
  return (
    <section class="page" aria-labelledby="configuration-title">
      <header>
        <h2 id="configuration-title">Configuration</h2>
        <p>
          The stack runs on {now?.mode === "dev" ? <Text of={now.source} /> : "this configuration"}. hallpass checks
          each change while you type. The stack uses a change once you say so, and no file is written.
        </p>
      </header>
      {now?.brokenConfiguration !== undefined && (
        <section class="callout bad" aria-label="Problem of the file">
          <h3>
            <Icon name="unavailable" /> <Text of={now.brokenConfiguration.message} />
          </h3>
          <Problems title="Problems of the file" problems={now.brokenConfiguration.problems} />
        </section>
      )}
      <div class="editor">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void use()
          }}
        >
          <label for={id}>Configuration as JSON</label>
          <textarea
            id={id}
            rows={28}
            spellcheck={false}
            autocomplete="off"
            aria-describedby={`${id}-verdict`}
            value={text.value}
            onInput={({ currentTarget }) => edit(currentTarget.value)}
          />
          <div class="send">
            <button type="submit" class="primary" aria-disabled={!isEdited.value || working.value}>
              <Icon name="ok" />
              Use it
            </button>
            <button type="button" class="quiet" aria-disabled={!isEdited.value} onClick={() => edit(undefined)}>
              Back to the running one
            </button>
          </div>
        </form>
        <div class="verdict-of-configuration" id={`${id}-verdict`} aria-live="polite">
          <Verdict />
        </div>
      </div>
    </section>
  )
}

function Verdict(): JSX.Element {
  if (problem.value !== "")
    return (
      <p class="callout bad">
        <Icon name="unavailable" /> <Text of={problem.value} />
      </p>
    )
  const now = verdict.value
  if (now === undefined) return <p class="quiet-text">Checking …</p>
  return (
    <>
      <p class={now.sound ? "callout good" : "callout bad"}>
        <Icon name={now.sound ? "allow" : "unavailable"} />{" "}
        {now.sound
          ? "Sound."
          : `${counted(now.problems.length, "problem")}. The stack keeps the running configuration.`}
        {now.sound && isEdited.value && " It is not used yet."}
        {now.sound && !isEdited.value && " The stack runs on it."}
      </p>
      <Problems title="Problems" problems={now.problems} />
      {!now.sound && <JsonMistake />}
      {now.conflicts.length > 0 && <Conflicts conflicts={now.conflicts} />}
      <Problems title="Warnings" problems={now.warnings} />
    </>
  )
}

/** If the text is no JSON: the place of the mistake, and the way to it. */
function JsonMistake(): JSX.Element | null {
  const place = jsonMistakeIn(text.value)
  if (place === undefined) return null
  return (
    <p>
      The JSON breaks in line {place.line}, column {place.column}.{" "}
      <button type="button" onClick={() => goTo(place)}>
        Go to line {place.line}
      </button>
    </p>
  )
}

function goTo({ line, index }: TextPlace): void {
  const box = document.querySelector<HTMLTextAreaElement>(".editor textarea")
  if (box === null) return
  box.focus()
  box.setSelectionRange(index, Math.min(index + 1, box.value.length))
  box.scrollTop = (box.scrollHeight / box.value.split("\n").length) * Math.max(0, line - 6)
}

function edit(to: string | undefined): void {
  edited.value = to
  clearTimeout(pending)
  pending = setTimeout(() => void check(), pauseMs)
}

async function check(): Promise<void> {
  checking?.abort()
  checking = new AbortController()
  try {
    verdict.value = await call<ConfigurationVerdict>("/api/configuration", { text: text.value }, checking.signal)
    problem.value = ""
  } catch (error) {
    if ((error as Error).name !== "AbortError") problem.value = (error as Error).message
  }
}

async function use(): Promise<void> {
  if (!isEdited.value || working.value) return
  clearTimeout(pending)
  checking?.abort()
  working.value = true
  try {
    const answer = await call<ConfigurationVerdict>("/api/configuration", { text: text.value, apply: true })
    verdict.value = answer
    problem.value = ""
    announcement.value = answer.applied ? "The stack uses the new configuration." : "The configuration has problems."
    if (answer.applied) {
      await reload()
      edited.value = undefined
    }
  } catch (error) {
    problem.value = (error as Error).message
  } finally {
    working.value = false
  }
}
