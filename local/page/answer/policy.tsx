import type { JSX } from "preact"
import type { GatewayStep } from "../../server/control-api.ts"
import { Icon } from "../show/icon.tsx"
import { Text, Value } from "../show/text.tsx"

type Members = { readonly [member: string]: unknown }
const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value]

const verdicts: { readonly [verdict in NonNullable<GatewayStep["verdict"]>]: string } = {
  allow: "allows the request",
  deny: "denies the request",
  silent: "No statement matches, so the request is denied",
  invalid: "API Gateway does not take this answer",
}

/** A policy, statement by statement; the one that decided is marked. Simple responses are one word. */
export function Policy({ api }: { readonly api: GatewayStep }): JSX.Element {
  const { policyDocument, isAuthorized } = Object(api.answer) as Members
  const statements = listOf((Object(policyDocument) as Members).Statement)
  if (policyDocument === undefined && typeof isAuthorized === "boolean") {
    return (
      <p>
        Simple response: <code>isAuthorized: {String(isAuthorized)}</code>
      </p>
    )
  }
  // All resources of one stage begin with the same text, which is shown once: the rest is what matters.
  const stage = api.arn.match(/^(?:[^/]*\/){2}/)?.[0] ?? ""
  const isUndecided = api.statement === undefined && api.verdict !== undefined
  return (
    <>
      <dl class="facts arn">
        <dt>Judged for</dt>
        <dd>
          <Value of={api.arn.slice(stage.length)} />
        </dd>
        {stage !== "" && (
          <>
            <dt>in the stage</dt>
            <dd class="dim">
              <Value of={stage} />
            </dd>
          </>
        )}
      </dl>
      {isUndecided && <p class="note">{verdicts[api.verdict ?? "silent"]}.</p>}
      <ol class="statements">
        {statements.slice(0, 60).map((statement, at) => (
          <Statement key={at} of={Object(statement) as Members} isMatch={at === api.statement} stage={stage} />
        ))}
      </ol>
      {statements.length > 60 && <p class="aside">… {statements.length - 60} more statements</p>}
    </>
  )
}

function Statement({
  of,
  isMatch,
  stage,
}: {
  readonly of: Members
  readonly isMatch: boolean
  readonly stage: string
}): JSX.Element {
  const isAllow = of.Effect === "Allow"
  const resources = listOf(of.Resource ?? of.NotResource)
  return (
    <li class={isMatch ? "statement match" : "statement"} data-effect={isAllow ? "allow" : "deny"}>
      <p class="effect">
        <Icon name={isAllow ? "ok" : "forbidden"} />
        {isAllow ? "Allow" : "Deny"}
        {of.NotResource !== undefined && " everything but"}
        {isMatch && <span class="decides">this statement decides</span>}
      </p>
      <ul>
        {resources.slice(0, 40).map((resource) => {
          const text = String(resource)
          const isOfStage = stage !== "" && text.startsWith(stage) && text.length > stage.length
          return (
            <li key={text}>
              <code>
                <Text of={isOfStage ? text.slice(stage.length) : text} limit={600} />
              </code>
            </li>
          )
        })}
        {resources.length > 40 && <li class="aside">… {resources.length - 40} more</li>}
      </ul>
    </li>
  )
}
