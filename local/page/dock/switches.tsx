import { type Signal, signal } from "@preact/signals"
import type { JSX } from "preact"
import { counted, offsetText } from "../show/quantity.ts"
import { Text } from "../show/text.tsx"
import { control, controlProblem, state } from "../state/stack.ts"

const chosenIssuer: Signal<string> = signal("")
const ttls = [0, 60, 300, 3600]
const hour = 3600
const slowMs = 2000

/** The switches: they change the world around the authorizer. */
export function Switches(): JSX.Element | null {
  const now = state.value
  if (now === undefined) return null
  const issuers = now.issuers.filter(({ local }) => local)
  const issuer = issuers.find(({ name }) => name === chosenIssuer.value) ?? issuers[0]
  const { clockOffsetSeconds: offset, resultTtlSeconds: ttl, issuerSlowMs: slow } = now.controls
  return (
    <section class="switches" aria-labelledby="switches-title">
      <h2 id="switches-title">Switches</h2>
      {issuer !== undefined && (
        <fieldset>
          <legend class="hidden">Issuer</legend>
          <select
            aria-label="Issuer of the switches"
            value={issuer.name}
            onChange={({ currentTarget }) => {
              chosenIssuer.value = currentTarget.value
            }}
          >
            {issuers.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
          <button
            type="button"
            role="switch"
            class="switch"
            aria-checked={issuer.down}
            title="The issuer answers nothing. Tokens that are signed with known keys stay good."
            onClick={() =>
              void control(
                { issuerDown: issuer.down ? null : issuer.name },
                issuer.down ? `${issuer.name} answers again.` : `${issuer.name} is down.`,
              )
            }
          >
            <span class="track" aria-hidden="true" />
            Issuer down
          </button>
          <button
            type="button"
            role="switch"
            class="switch"
            aria-checked={slow > 0}
            title="Each issuer waits two seconds before it answers. Requests with known keys do not wait."
            onClick={() =>
              void control(
                { issuerSlowMs: slow > 0 ? 0 : slowMs },
                slow > 0 ? "The issuers answer at once." : "The issuers answer slowly.",
              )
            }
          >
            <span class="track" aria-hidden="true" />
            Slow
          </button>
          <button
            type="button"
            title="The issuer signs with a new key. hallpass fetches it once it meets it."
            onClick={() => void control({ rotate: issuer.name }, `${issuer.name} signs with a new key.`)}
          >
            Rotate key
          </button>
        </fieldset>
      )}
      <fieldset>
        <legend class="hidden">Clock</legend>
        <button
          type="button"
          title="Moves the clock of gateway, authorizer and issuers"
          onClick={() =>
            void control({ clockOffsetSeconds: offset + hour }, `The clock is ${offsetText(offset + hour)}.`)
          }
        >
          Clock + 1 h
        </button>
        <button
          type="button"
          class="quiet state"
          aria-disabled={offset === 0}
          title="Sets the clock back to now"
          onClick={() => {
            if (offset !== 0) void control({ clockOffsetSeconds: 0 }, "The clock is right again.")
          }}
        >
          {offset === 0 ? "clock is right" : `${offsetText(offset)}, reset`}
        </button>
      </fieldset>
      <fieldset>
        <legend class="hidden">Cache</legend>
        <label>
          TTL{" "}
          <select
            aria-label="Result TTL: how long API Gateway keeps an answer"
            value={String(ttl)}
            onChange={({ currentTarget }) =>
              void control(
                { resultTtlSeconds: Number(currentTarget.value) },
                `Answers are kept for ${currentTarget.value} seconds.`,
              )
            }
          >
            {[...new Set([...ttls, ttl])]
              .toSorted((a, b) => a - b)
              .map((seconds) => (
                <option key={seconds} value={String(seconds)}>
                  {seconds === 0 ? "0 s, off" : `${seconds} s`}
                </option>
              ))}
          </select>
        </label>
        <button
          type="button"
          title="Empties the gateway's kept answers"
          onClick={() => void control({ clearCache: true }, "API Gateway keeps no answer now.")}
        >
          Clear cache
        </button>
        <span class="state">{counted(now.keptAnswers, "kept answer")}</span>
      </fieldset>
      <div class="problem" role="alert">
        {controlProblem.value !== "" && <Text of={controlProblem.value} />}
      </div>
    </section>
  )
}
