import type { JSX } from "preact"
import { resourceMatches } from "../../gateway/evaluate.ts"
import type { GatewayStep } from "../../server/control-api.ts"
import { Icon } from "../show/icon.tsx"
import { counted } from "../show/quantity.ts"
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

/** Resources of a statement that are shown at once, and those that are shown at all. */
const [shownResources, maxResources] = [6, 200]

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
          <Statement
            key={at}
            of={Object(statement) as Members}
            isMatch={at === api.statement}
            stage={stage}
            arn={api.arn}
          />
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
  arn,
}: {
  readonly of: Members
  readonly isMatch: boolean
  readonly stage: string
  readonly arn: string
}): JSX.Element {
  const isAllow = of.Effect === "Allow"
  const all = listOf(of.Resource ?? of.NotResource).map(String)
  // What matches the request comes first, and a long rest is folded.
  const matching = all.filter((resource) => isMatch && resourceMatches(resource, arn))
  const ordered = [...matching, ...all.filter((resource) => !matching.includes(resource))]
  const most = ordered.length > shownResources + 1 ? shownResources : ordered.length
  const [first, rest] = [ordered.slice(0, most), ordered.slice(most, maxResources)]
  const left = ordered.length - maxResources
  return (
    <li class={isMatch ? "statement match" : "statement"} data-effect={isAllow ? "allow" : "deny"}>
      <p class="effect">
        <Icon name={isAllow ? "ok" : "forbidden"} />
        {isAllow ? "Allow" : "Deny"}
        {of.NotResource !== undefined && " everything but"}
        {isMatch && <span class="decides">this statement decides</span>}
      </p>
      <ul>
        {first.map((resource) => (
          <Resource key={resource} of={resource} stage={stage} isMatch={matching.includes(resource)} />
        ))}
      </ul>
      {rest.length > 0 && (
        <details class="more">
          <summary>{counted(ordered.length - most, "more resource")}</summary>
          <ul>
            {rest.map((resource) => (
              <Resource key={resource} of={resource} stage={stage} isMatch={false} />
            ))}
          </ul>
          {left > 0 && <p class="aside">… {left} more</p>}
        </details>
      )}
    </li>
  )
}

function Resource({
  of,
  stage,
  isMatch,
}: {
  readonly of: string
  readonly stage: string
  readonly isMatch: boolean
}): JSX.Element {
  const isOfStage = stage !== "" && of.startsWith(stage) && of.length > stage.length
  return (
    <li class={isMatch ? "resource match" : "resource"}>
      <code>
        <Text of={isOfStage ? of.slice(stage.length) : of} limit={600} />
      </code>
      {isMatch && <span class="hidden"> matches the request</span>}
    </li>
  )
}
