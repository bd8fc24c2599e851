import type { JSX } from "preact"
import { useEffect } from "preact/hooks"
import type { Approach, Comparison } from "../../server/control-api.ts"
import { CacheTag } from "../answer/gateway.tsx"
import { Choose, Field } from "../compose/field.tsx"
import { Icon } from "../show/icon.tsx"
import { outcomeOfStatus } from "../show/outcome.tsx"
import { Text, Value } from "../show/text.tsx"
import { approaches, caller, lines, problem, replay, result, running, ttl, wrongText } from "../state/comparison.ts"
import { state } from "../state/stack.ts"

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
