import type { JSX } from "preact"
import { valueText } from "./value-text.ts"
import { visibleParts } from "./visible-text.ts"

/**
 * Text that comes from a user, a token or a server. It is never markup; a character that would be invisible, or would
 * turn the direction of its neighbours, is shown by its code point.
 *
 * @param limit longest text that is shown; the number of characters that are left out is shown in its place
 */
export function Text({ of, limit = 2000 }: { readonly of: string; readonly limit?: number }): JSX.Element {
  const rest = of.length - limit
  return (
    <bdi class="text">
      {visibleParts(rest > 0 ? of.slice(0, limit) : of).map((part, at) =>
        "text" in part ? (
          part.text
        ) : (
          <span key={at} class="mark" title={part.name}>
            {part.mark}
          </span>
        ),
      )}
      {rest > 0 && <span class="rest"> … {rest.toLocaleString("en")} more characters</span>}
    </bdi>
  )
}

/** A value of a check or a claim, as one line. */
export function Value({ of }: { readonly of: unknown }): JSX.Element {
  const text = valueText(of)
  return (
    <code class="value">
      <Text of={text === "" ? "(empty)" : text} limit={600} />
    </code>
  )
}

/** Lines of text in a box that scrolls. */
export function Lines({ of, label }: { readonly of: string; readonly label: string }): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <figure class="lines" tabIndex={0} aria-label={label}>
      <pre>
        <Text of={of} limit={8000} />
      </pre>
    </figure>
  )
}

/** A value as indented JSON. */
export function Json({ of, label }: { readonly of: unknown; readonly label: string }): JSX.Element {
  return <Lines of={JSON.stringify(of, null, 2) ?? ""} label={label} />
}
