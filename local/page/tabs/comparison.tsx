import { type Signal, signal } from "@preact/signals"
import type { JSX } from "preact"
import { useEffect } from "preact/hooks"
import type { Approach, Comparison, ComparisonWish } from "../../server/control-api.ts"
import { CacheTag } from "../answer/gateway.tsx"
import { Choose, Field } from "../compose/field.tsx"
import { Icon } from "../show/icon.tsx"
import { outcomeOfStatus } from "../show/outcome.tsx"
import { counted } from "../show/quantity.ts"
import { Text, Value } from "../show/text.tsx"
import { call } from "../state/control.ts"
import { announcement, state } from "../state/stack.ts"

const result: Signal<Comparison | undefined> = signal(undefined)
const problem: Signal<string> = signal("")
const running: Signal<boolean> = signal(false)
/** Empty: the sequence of the server. */
const lines: Signal<string> = signal("")
const caller: Signal<string> = signal("")
const ttl: Signal<string> = signal("300")

const approaches: readonly (readonly [Approach, string])[] = [
  ["exact", "exact ARN"],
  ["star", "star"],
  ["hallpass", "hallpass"],
]

/** Replays a sequence of requests through three authorizers side by side. */
export function ComparisonTab(): JSX.Element {
  useEffect(() => {
    if (result.value === undefined) void replay()
  }, [])
  return (
    <section class="page" aria-labelledby="comparison-title">
      <header>
        <h2 id="comparison-title">Exact, star or hallpass</h2>
        <p>
          Three authorizers get the same requests, each under a cache of its own. All three verify the token well. They
          differ in the <code>Resource</code> of their policy, and API Gateway uses a kept answer on every route.
        </p>
      </header>
      <SequenceForm />
      <div class="problem" role="alert">
        {problem.value !== "" && <Text of={problem.value} />}
      </div>
      {result.value?.rows.length === 0 && (
        <p class="note">
          There is nothing to replay yet. Write requests above. Tokens need issuers on this machine:{" "}
          <code>--local-issuers</code>.
        </p>
      )}
      {result.value !== undefined && result.value.rows.length > 0 && <Results comparison={result.value} />}
    </section>
  )
}

function SequenceForm(): JSX.Element {
  const personas = state.value?.personas ?? []
  return (
    <form
      class="sequence"
      onSubmit={(event) => {
        event.preventDefault()
        void replay()
      }}
    >
      <Field label="Requests, one on each line">
        {(id) => (
          <textarea
            id={id}
            rows={5}
            spellcheck={false}
            autocomplete="off"
            placeholder={"GET /orders/7\nGET /orders\nDELETE /orders/7"}
            value={lines.value}
            onInput={({ currentTarget }) => {
              lines.value = currentTarget.value
            }}
          />
        )}
      </Field>
      <div class="beside">
        <Choose
          label="Caller"
          value={caller.value}
          choices={[
            { value: "", label: personas.length === 0 ? "no token" : "as in the demonstration" },
            ...personas.map(({ name, title }) => ({ value: name, label: title })),
          ]}
          onChoose={(name) => {
            caller.value = name
          }}
        />
        <Choose
          label="Answers are kept for"
          value={ttl.value}
          choices={["0", "60", "300", "3600"].map((value) => ({ value, label: `${value} s` }))}
          onChoose={(value) => {
            ttl.value = value
          }}
        />
        <button type="submit" class="primary" aria-disabled={running.value}>
          <Icon name="send" />
          Replay
        </button>
      </div>
    </form>
  )
}

/** The lines that the server's own sequence had, to know whether they were changed. */
let ownLines = ""

async function replay(): Promise<void> {
  if (running.value) return
  running.value = true
  problem.value = ""
  try {
    const wish = wishOf(lines.value)
    const comparison = await call<Comparison>("/api/comparison", wish)
    result.value = comparison
    if (wish.requests === undefined) {
      ownLines = comparison.rows.map(({ request }) => request).join("\n")
      lines.value = ownLines
    }
    announcement.value = approaches.map(([name, title]) => `${title}: ${wrongText(comparison, name)}.`).join(" ")
  } catch (error) {
    problem.value = (error as Error).message
  } finally {
    running.value = false
  }
}

function wishOf(text: string): ComparisonWish {
  const resultTtlSeconds = Number(ttl.value)
  const written = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
  if (caller.value === "" && (written.length === 0 || text === ownLines)) return { resultTtlSeconds }
  const persona = state.value?.personas.find(({ name }) => name === caller.value) ?? state.value?.personas[0]
  return {
    resultTtlSeconds,
    requests: written.map((line, at) => {
      const [, method, path] = /^(\S+)\s+(\/\S*)$/.exec(line) ?? []
      if (method === undefined || path === undefined)
        throw new Error(`Line ${at + 1} is no request. Write a method and a path, such as GET /orders/7.`)
      return { method, path, ...(persona && { token: { issuer: persona.issuer, claims: persona.claims } }) }
    }),
  }
}

function wrongText({ rows }: Comparison, approach: Approach): string {
  const wrong = rows.filter(({ results }) => !results[approach].right).length
  return wrong === 0 ? "all right" : `${counted(wrong, "answer")} wrong`
}

function Results({ comparison }: { readonly comparison: Comparison }): JSX.Element {
  const wrong = comparison.rows.flatMap(({ request, results }) =>
    approaches.flatMap(([name, title]) => (results[name].right ? [] : { request, title, why: results[name].why })),
  )
  return (
    <>
      <table class="comparison">
        <caption class="hidden">What the client gets from each authorizer</caption>
        <thead>
          <tr>
            <th scope="col">Request</th>
            <th scope="col">Should be</th>
            {approaches.map(([name, title]) => (
              <th scope="col" key={name}>
                {title}
                <p class="aside">
                  <Text of={comparison.approaches[name]} />
                </p>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {comparison.rows.map((row, at) => (
            <tr key={at}>
              <th scope="row">
                <Value of={row.request} />
                <p class="aside">
                  <Text of={row.caller} limit={120} />
                </p>
              </th>
              <td>
                <b>{row.right.status}</b>
                <p class="aside">{row.right.reason === "ok" ? "" : <Text of={row.right.reason} />}</p>
              </td>
              {approaches.map(([name]) => (
                <Cell key={name} of={row.results[name]} />
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">The function ran</th>
            <td />
            {approaches.map(([name]) => (
              <td key={name}>
                {comparison.calls[name] === 1 ? "once" : `${comparison.calls[name]} times`}
                <p class="aside">{wrongText(comparison, name)}</p>
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
      <ul class="wrong-answers">
        {wrong.map(({ request, title, why }) => (
          <li key={`${request} ${title}`}>
            <b>{title}</b> <Value of={request} /> <Text of={why} />
          </li>
        ))}
      </ul>
    </>
  )
}

function Cell({ of }: { readonly of: Comparison["rows"][number]["results"][Approach] }): JSX.Element {
  const { status, cache, right, why } = of
  return (
    <td data-right={right} data-outcome={outcomeOfStatus(status)}>
      <p class="got">
        <Icon name={right ? "ok" : "wrong"} />
        <b>{status}</b> {right ? "right" : "wrong"} <CacheTag cache={cache} />
      </p>
      {!right && (
        <p class="aside">
          <Text of={why} />
        </p>
      )}
    </td>
  )
}
