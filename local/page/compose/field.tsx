import type { ComponentChildren, JSX } from "preact"
import { useId } from "preact/hooks"

/** A label above one control. @param children gets the id of the control, and the id of its hint */
export function Field({
  label,
  hint,
  children,
}: {
  readonly label: string
  readonly hint?: string
  readonly children: (id: string, hintId: string | undefined) => ComponentChildren
}): JSX.Element {
  const id = useId()
  const hintId = hint === undefined ? undefined : `${id}-hint`
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id, hintId)}
      {hint !== undefined && (
        <p class="hint" id={hintId}>
          {hint}
        </p>
      )}
    </div>
  )
}

/** A text box of one line. */
export function TextField({
  label,
  value,
  placeholder,
  onChange,
}: {
  readonly label: string
  readonly value: string
  readonly placeholder?: string
  readonly onChange: (value: string) => void
}): JSX.Element {
  return (
    <Field label={label}>
      {(id) => (
        <input
          id={id}
          value={value}
          placeholder={placeholder}
          spellcheck={false}
          autocomplete="off"
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )}
    </Field>
  )
}

/** A select box. */
export function Choose<T extends string>({
  label,
  value,
  choices,
  onChoose,
}: {
  readonly label: string
  readonly value: T
  readonly choices: readonly { readonly value: T; readonly label: string }[]
  readonly onChoose: (value: T) => void
}): JSX.Element {
  return (
    <Field label={label}>
      {(id) => (
        <select id={id} value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value as T)}>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

/** Words with blanks between them, and buttons for the words that the rules name. */
export function Words({
  label,
  value,
  suggestions,
  onChange,
}: {
  readonly label: string
  readonly value: string
  readonly suggestions: readonly string[]
  readonly onChange: (value: string) => void
}): JSX.Element {
  const words = value.split(/\s+/).filter((word) => word !== "")
  const toggled = (word: string): string =>
    (words.includes(word) ? words.filter((each) => each !== word) : [...words, word]).join(" ")
  return (
    <div>
      <TextField label={label} value={value} placeholder="none" onChange={onChange} />
      {suggestions.length > 0 && (
        <fieldset class="chips">
          <legend class="hidden">{label} that the rules name</legend>
          {suggestions.map((word) => (
            <button
              key={word}
              type="button"
              class="chip"
              aria-pressed={words.includes(word)}
              onClick={() => onChange(toggled(word))}
            >
              {word}
            </button>
          ))}
        </fieldset>
      )}
    </div>
  )
}
