import type { JSX } from "preact"
import type { RequestSummary } from "../../server/control-api.ts"
import { cacheWords } from "../answer/gateway.tsx"
import { Icon } from "../show/icon.tsx"
import { outcomeOfStatus, outcomeWords } from "../show/outcome.tsx"
import { durationText } from "../show/quantity.ts"
import { Text } from "../show/text.tsx"
import { idOf, show, shown } from "../state/exchange.ts"
import { requests } from "../state/stack.ts"

/** Most cells that are drawn; the rest is only counted. */
const maxCells = 60

/** The live strip: each request with its outcome and its latency, newest first. */
export function Strip(): JSX.Element {
  const all = requests.value
  const current = idOf(shown.value)
  return (
    <section class="strip" aria-labelledby="strip-title">
      <h2 id="strip-title">
        Requests <span class="count">{all.length}</span>
      </h2>
      {all.length === 0 ? (
        <p class="quiet-text">Each request that a gateway gets appears here, also those of other programs.</p>
      ) : (
        <ol>
          {all.slice(0, maxCells).map((request) => (
            <Cell key={request.id} request={request} isCurrent={request.id === current} />
          ))}
        </ol>
      )}
    </section>
  )
}

function Cell({ request, isCurrent }: { readonly request: RequestSummary; readonly isCurrent: boolean }): JSX.Element {
  const { method, path, status, cache, latencyMs, kind } = request
  const outcome = outcomeOfStatus(status)
  const target = kind === "websocket" ? "$connect" : `${method} ${path}`
  const latency = durationText(latencyMs * 1000)
  const how = cache === "hit" ? "kept answer" : cache === "gateway" ? "not asked" : `cache ${cacheWords[cache]}`
  return (
    <li>
      <button type="button" class="cell" data-outcome={outcome} aria-pressed={isCurrent} onClick={() => show(request)}>
        <span class="first">
          <Icon name={outcome} />
          <b>{status}</b>
          <span class="hidden">{outcomeWords[outcome]},</span>
          <span class="time">{latency}</span>
        </span>
        <span class="second">
          <Text of={target} limit={80} />
        </span>
        <span class="third">{how}</span>
      </button>
    </li>
  )
}
