import { type Signal, signal } from "@preact/signals"
import type { JSX } from "preact"
import type { Pasted } from "../../server/control-api.ts"
import { Icon } from "../show/icon.tsx"
import { counted } from "../show/quantity.ts"
import { draft } from "../state/draft.ts"
import { judge, sending, sendProblem } from "../state/exchange.ts"
import { Field } from "./field.tsx"
import { ChooseGateway, Target } from "./form.tsx"

/** Most characters that the page takes. hallpass refuses a token above 16,384 characters anyway. */
const limits = { token: 32_768, event: 262_144 } as const
type Kind = keyof typeof limits

const pasted: { readonly [kind in Kind]: Signal<string> } = { token: signal(""), event: signal("") }

const texts: {
  readonly [kind in Kind]: {
    readonly label: string
    readonly placeholder: string
    readonly hint: string
    readonly action: string
    readonly none: string
  }
} = {
  token: {
    label: "Token",
    placeholder: "eyJhbGciOi…",
    hint: "The page shows why hallpass accepts or refuses it. The token is not stored, not logged and not sent on.",
    action: "Explain this token",
    none: "Paste a token first.",
  },
  event: {
    label: "Event",
    placeholder: '{ "type": "REQUEST", … }',
    hint: "The JSON that API Gateway sends to an authorizer. It is not stored, not logged and not sent on.",
    action: "Explain this event",
    none: "Paste an event first.",
  },
}

/** Takes a token or an event from the clipboard. A text that is too large is not taken at all. */
export function PasteForm({ kind }: { readonly kind: Kind }): JSX.Element {
  const { label, placeholder, hint, action, none } = texts[kind]
  const take = (text: string): boolean => {
    const fits = text.length <= limits[kind]
    const most = limits[kind].toLocaleString("en")
    sendProblem.value = fits
      ? ""
      : `The text has ${counted(text.length, "character")}, and the page takes at most ${most}. Paste less of it.`
    if (fits) pasted[kind].value = text
    return fits
  }
  return (
    <form
      class="compose"
      onSubmit={(event) => {
        event.preventDefault()
        const text = pasted[kind].value.trim()
        if (text === "") sendProblem.value = none
        else void judge(wish(kind, text))
      }}
    >
      {kind === "token" && (
        <>
          <ChooseGateway now={draft.value} />
          <Target now={draft.value} />
        </>
      )}
      <Field label={label} hint={hint}>
        {(id, hintId) => (
          <textarea
            id={id}
            class="paste"
            aria-describedby={hintId}
            placeholder={placeholder}
            spellcheck={false}
            autocomplete="off"
            rows={kind === "token" ? 9 : 16}
            value={pasted[kind].value}
            onPaste={(event) => {
              const { value, selectionStart, selectionEnd } = event.currentTarget
              const added = event.clipboardData?.getData("text/plain") ?? ""
              if (!take(value.slice(0, selectionStart) + added + value.slice(selectionEnd))) event.preventDefault()
            }}
            onInput={({ currentTarget }) => {
              if (!take(currentTarget.value)) currentTarget.value = pasted[kind].value
            }}
          />
        )}
      </Field>
      <div class="send">
        <button type="submit" class="primary" aria-disabled={sending.value}>
          <Icon name="send" />
          {action}
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            take("")
          }}
        >
          Clear
        </button>
      </div>
    </form>
  )
}

function wish(kind: Kind, text: string): Pasted {
  if (kind === "event") return { event: text }
  const { gateway, method, path } = draft.value
  return { token: text.replace(/^Bearer\s+/i, ""), gateway, method, path }
}
