import type { JSX } from "preact"

/** Shapes on a grid of 16 by 16. Each outcome has a shape of its own, so that no meaning depends on colour. */
const shapes = {
  allow: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13zM5 8.2l2.1 2.1L11.2 6",
  forbidden: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13zM3.6 3.6l8.8 8.8",
  unauthenticated: "M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2M3.5 7h9v7h-9zM8 9.6v1.8",
  unavailable: "M8 2L14.8 14H1.2zM8 6.5v3.2M8 11.6v.4",
  ok: "M3 8.5l3.2 3.2L13 5",
  failed: "M4 4l8 8M12 4l-8 8",
  skipped: "M4 8h8",
  gateway: "M2 8h12M9.5 3.5L14 8l-4.5 4.5",
  kept: "M2.5 4.5h11v3h-11zM3.5 7.5v6h9v-6M6.5 10h3",
  add: "M8 3v10M3 8h10",
  remove: "M4 4l8 8M12 4l-8 8",
  send: "M2 8h11M9 4l4 4-4 4",
  wrong: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13zM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8",
} as const

export type IconName = keyof typeof shapes

/** A drawing beside a word that says the same; readers of a screen get the word only. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  )
}
