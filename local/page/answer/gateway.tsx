import type { JSX } from "preact"
import type { ClientView, Exchange, GatewayStep, RequestSummary } from "../../server/control-api.ts"
import { Icon } from "../show/icon.tsx"
import { outcomeOfStatus } from "../show/outcome.tsx"
import { Json, Lines, Text, Value } from "../show/text.tsx"
import { shown } from "../state/exchange.ts"
import { Policy } from "./policy.tsx"

/** The right panel: what API Gateway made of the answer, and what client and backend saw. */
export function GatewayPanel(): JSX.Element {
  const now = shown.value
  return (
    <section class="panel" aria-labelledby="gateway-title">
      <header>
        <h2 id="gateway-title">
          <span class="step">3</span> API Gateway answers
        </h2>
        <p>It keeps the answer, and uses it for each route that the same caller asks for.</p>
      </header>
      {now?.of === "exchange" ? (
        <Steps exchange={now.exchange} />
      ) : now?.of === "request" ? (
        <Summary request={now.request} />
      ) : (
        <Empty />
      )}
    </section>
  )
}

function Empty(): JSX.Element {
  return (
    <ol class="steps">
      {["Cache", "Answer of the authorizer", "Client", "Backend"].map((title) => (
        <li key={title}>
          <h3>{title}</h3>
          <p class="quiet-text">nothing yet</p>
        </li>
      ))}
    </ol>
  )
}

export const cacheWords: { readonly [state in GatewayStep["cache"]]: string } = {
  hit: "hit",
  miss: "miss",
  off: "off",
  gateway: "not used",
}

function Steps({ exchange }: { readonly exchange: Exchange }): JSX.Element {
  const { api, client, backend } = exchange
  return (
    <ol class="steps">
      <li>
        <h3>
          Cache <CacheTag cache={api.cache} />
        </h3>
        <p>
          <Text of={api.why} />
        </p>
        {api.key.length > 0 && (
          <dl class="facts keys">
            {api.key.map(({ source, value }) => (
              <div key={source}>
                <dt>
                  <code>{source}</code>
                </dt>
                <dd>{value === null ? <span class="quiet-text">absent</span> : <Value of={value} />}</dd>
              </div>
            ))}
          </dl>
        )}
        {api.cache !== "hit" && api.kept !== "" && (
          <p class="aside">
            <Text of={api.kept} />
          </p>
        )}
      </li>
      <li>
        <h3>Answer of the authorizer</h3>
        <Answer api={api} />
      </li>
      <li>
        <h3>
          Client <Status status={client.status} />
        </h3>
        <Client client={client} />
      </li>
      <li>
        <h3>Backend</h3>
        {backend === undefined ? (
          <p class="quiet-text">The request did not reach it.</p>
        ) : (
          <>
            <p>
              received <Value of={`${backend.method} ${backend.path}`} />
            </p>
            <Json of={{ authorizer: backend.authorizer, headers: backend.headers }} label="What the backend received" />
          </>
        )}
      </li>
    </ol>
  )
}

function Answer({ api }: { readonly api: GatewayStep }): JSX.Element {
  if (api.error !== undefined) {
    return (
      <p>
        It threw <Value of={api.error} />. API Gateway keeps nothing of that.
      </p>
    )
  }
  if (api.answer === undefined) return <p class="quiet-text">The authorizer was not asked.</p>
  return (
    <>
      <Policy api={api} />
      <details class="more">
        <summary>The whole answer</summary>
        <Json of={api.answer} label="The whole answer" />
      </details>
      {api.event !== undefined && (
        <details class="more">
          <summary>The event that the authorizer got</summary>
          <Json of={api.event} label="The event that the authorizer got" />
        </details>
      )}
    </>
  )
}

function Client({ client }: { readonly client: ClientView }): JSX.Element {
  return (
    <>
      <Lines
        of={Object.entries(client.headers)
          .map(([name, value]) => `${name}: ${value}`)
          .join("\n")}
        label="Headers for the client"
      />
      {client.body !== "" && <Lines of={bodyText(client.body)} label="Body for the client" />}
    </>
  )
}

/** A longer body of JSON has a line for each member. */
function bodyText(body: string): string {
  if (body.length < 100 || body.length > 8000) return body
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

function Summary({ request }: { readonly request: RequestSummary }): JSX.Element {
  return (
    <ol class="steps">
      <li>
        <h3>
          Cache <CacheTag cache={request.cache} />
        </h3>
      </li>
      <li>
        <h3>
          Client <Status status={request.status} />
        </h3>
        <p class="quiet-text">Another program sent this request, so the page has no more of it.</p>
      </li>
    </ol>
  )
}

/** Whether a kept answer was used. */
export function CacheTag({ cache }: { readonly cache: GatewayStep["cache"] }): JSX.Element {
  return (
    <span class="tag" data-cache={cache}>
      {cache === "hit" && <Icon name="kept" />}
      {cacheWords[cache]}
    </span>
  )
}

const statusTexts: { readonly [status: number]: string } = {
  200: "OK",
  101: "Switching Protocols",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  414: "URI Too Long",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  504: "Gateway Timeout",
}

/** A status with its words and the shape of its outcome. */
export function Status({ status }: { readonly status: number }): JSX.Element {
  const outcome = outcomeOfStatus(status)
  return (
    <span class="badge" data-outcome={outcome}>
      <Icon name={outcome} />
      {status} {statusTexts[status] ?? ""}
    </span>
  )
}
