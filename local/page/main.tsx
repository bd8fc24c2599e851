import { render } from "preact"
import { App } from "./app.tsx"
import { fillDraft } from "./state/draft.ts"
import { send } from "./state/exchange.ts"
import { follow, refresh } from "./state/stack.ts"

// Ctrl and Enter sends the form in which the cursor is, or the composed request.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return
  event.preventDefault()
  const form = document.activeElement?.closest("form")
  if (form) form.requestSubmit()
  else void send()
})

const place = document.getElementById("page")
if (place !== null) {
  await refresh().catch(() => undefined)
  fillDraft()
  render(<App />, place)
  void follow()
}
