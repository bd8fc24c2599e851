import type { JSX } from "preact"
import type { Walk, WalkCheck } from "../../server/control-api.ts"
import { OutcomeBadge, outcomeMeanings } from "../show/outcome.tsx"
import { durationText } from "../show/quantity.ts"
import { Text, Value } from "../show/text.tsx"
import { timeText } from "../show/value-text.ts"
import { shown } from "../state/exchange.ts"
import { StageRow, type StageView, stagesOf } from "./stage.tsx"

/** The middle panel: what hallpass concluded, stage by stage. */
export function WalkPanel(): JSX.Element {
  const now = shown.value
  const walk = now?.of === "exchange" ? now.exchange.walk : now?.request.walk
  const cache = now?.of === "exchange" ? now.exchange.api.cache : now?.request.cache
  return (
    <section class="panel" aria-labelledby="walk-title">
      <header>
        <h2 id="walk-title" tabIndex={-1}>
          <span class="step">2</span> hallpass decides
        </h2>
        <p>The walk of one request. The first check that fails ends it.</p>
      </header>
      {walk !== undefined ? (
        <Verdict walk={walk} />
      ) : (
        <div class="verdict" data-outcome={now === undefined ? "none" : "gateway"}>
          <p class="title">{now === undefined ? "Nothing was sent yet" : "hallpass was not asked"}</p>
          <p>
            {now === undefined
              ? "Choose an example, or send a request of your own. Each stage then shows what it concluded."
              : cache === "hit"
                ? "API Gateway kept an answer for this caller and used it again, so the function did not run. Clear the cache below to ask it anew."
                : "API Gateway answered by itself, so the function did not run."}
          </p>
        </div>
      )}
      <Stages stages={stagesOf(walk)} />
      {now?.of === "exchange" && <Claims claims={now.exchange.claims} notes={now.exchange.notes} />}
    </section>
  )
}

function Verdict({ walk }: { readonly walk: Walk }): JSX.Element {
  const { outcome, reason, failed, fix, meaning, microseconds, principal, route } = walk
  return (
    <div class="verdict" data-outcome={outcome}>
      <p class="title">
        <OutcomeBadge outcome={outcome} large />
        <span class="time">{durationText(microseconds)}</span>
      </p>
      <p>{outcome === "allow" ? outcomeMeanings.allow : <Text of={meaning || outcomeMeanings[outcome]} />}</p>
      <dl class="facts">
        {outcome !== "allow" && (
          <>
            <dt>Reason</dt>
            <dd>
              <code>{reason}</code>
            </dd>
          </>
        )}
        {principal !== undefined && (
          <>
            <dt>Caller</dt>
            <dd>
              <Text of={principal} limit={300} />
            </dd>
          </>
        )}
        {route !== undefined && (
          <>
            <dt>Route</dt>
            <dd>
              <Value of={route} />
            </dd>
          </>
        )}
      </dl>
      {failed !== undefined && <FirstFailure check={failed} fix={fix} />}
    </div>
  )
}

function FirstFailure({ check, fix }: { readonly check: WalkCheck; readonly fix: string }): JSX.Element {
  return (
    <div class="failure">
      <h3>
        First failing check:{" "}
        <code>
          {check.stage} · {check.check}
        </code>
      </h3>
      <dl class="facts">
        {check.expected !== undefined && (
          <>
            <dt>Expected</dt>
            <dd>
              <Value of={check.expected} />
            </dd>
          </>
        )}
        {check.found !== undefined && (
          <>
            <dt>Found</dt>
            <dd>
              <Value of={check.found} />
            </dd>
          </>
        )}
        <dt>Fix</dt>
        <dd>
          <Text of={fix} />
        </dd>
      </dl>
    </div>
  )
}

function Stages({ stages }: { readonly stages: readonly StageView[] }): JSX.Element {
  return (
    <ol class="stages">
      {stages.map((stage) => (
        <StageRow key={stage.stage} stage={stage} />
      ))}
    </ol>
  )
}

function Claims({
  claims,
  notes,
}: {
  readonly claims: { readonly [claim: string]: unknown } | undefined
  readonly notes: readonly string[] | undefined
}): JSX.Element {
  return (
    <>
      {notes?.map((note) => (
        <p class="note" key={note}>
          <Text of={note} />
        </p>
      ))}
      {claims !== undefined && (
        <details class="more">
          <summary>Claims of the token, as the client sent them</summary>
          <dl class="facts claims">
            {Object.entries(claims)
              .slice(0, 100)
              .map(([claim, value]) => (
                <div key={claim}>
                  <dt>
                    <Text of={claim} limit={80} />
                  </dt>
                  <dd>
                    <Value of={value} />
                    <ClaimTime claim={claim} value={value} />
                  </dd>
                </div>
              ))}
          </dl>
        </details>
      )}
    </>
  )
}

/** Times in tokens are seconds since 1970, which people cannot read. */
function ClaimTime({ claim, value }: { readonly claim: string; readonly value: unknown }): JSX.Element | null {
  const text = timeText(claim, value)
  return text === undefined ? null : <span class="aside"> {text}</span>
}
