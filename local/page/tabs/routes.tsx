import type { JSX } from "preact"
import type { Problem, Table } from "../../server/control-api.ts"
import { Icon } from "../show/icon.tsx"
import { counted } from "../show/quantity.ts"
import { Lines, Text, Value } from "../show/text.tsx"
import { table } from "../state/stack.ts"

/** The route table: each route, what its rule demands, and the pairs for which no kept answer is right. */
export function RoutesTab(): JSX.Element {
  const now = table.value
  return (
    <section class="page" aria-labelledby="routes-title">
      <header>
        <h2 id="routes-title">Routes</h2>
        <p>
          hallpass finds the rule of a request in this table. API Gateway keeps one answer
          {now?.mode === "route" ? " for each route of a caller" : " for all routes of a caller"}, so the rules have to
          fit together.
        </p>
      </header>
      {now === undefined ? <p class="quiet-text">Loading …</p> : <Routes table={now} />}
    </section>
  )
}

function Routes({
  table: { routes, conflicts, warnings, unmatched, settings },
}: {
  readonly table: Table
}): JSX.Element {
  return (
    <>
      <Conflicts conflicts={conflicts} />
      <table class="routes">
        <caption class="hidden">Routes and what they demand</caption>
        <thead>
          <tr>
            <th scope="col">Route</th>
            <th scope="col">Demands</th>
            <th scope="col">Findings</th>
          </tr>
        </thead>
        <tbody>
          {routes.map((row) => (
            <tr key={row.route} data-conflict={row.conflicts.length > 0}>
              <th scope="row">
                <Value of={row.route} />
              </th>
              <td>
                <Text of={row.demands} />
              </td>
              <td>
                {row.conflicts.length > 0 && (
                  <p class="finding">
                    <Icon name="unavailable" /> conflicts with <Value of={row.conflicts} />
                  </p>
                )}
                {row.warnings.map((warning) => (
                  <p key={warning} class="finding">
                    <Text of={warning} />
                  </p>
                ))}
                {row.conflicts.length + row.warnings.length === 0 && <span class="quiet-text">none</span>}
              </td>
            </tr>
          ))}
          <tr>
            <th scope="row">everything else</th>
            <td>{unmatched === "deny" ? "is denied" : "any authenticated caller"}</td>
            <td>
              <span class="quiet-text">none</span>
            </td>
          </tr>
        </tbody>
      </table>
      <Problems title="Warnings" problems={warnings} />
      <h3>What API Gateway must be set to</h3>
      <Lines of={settings} label="Settings of API Gateway" />
    </>
  )
}

/** Pairs of routes for which no kept answer is right. */
export function Conflicts({ conflicts }: { readonly conflicts: Table["conflicts"] }): JSX.Element | null {
  if (conflicts.length === 0)
    return (
      <p class="callout good">
        <Icon name="allow" /> No conflicts: each caller's answer is right on every route.
      </p>
    )
  return (
    <section class="callout bad" aria-label="Conflicts">
      <h3>
        <Icon name="unavailable" /> {counted(conflicts.length, "conflict")}: no kept answer is right for both routes
      </h3>
      <ul>
        {conflicts.slice(0, 50).map((conflict) => (
          <li key={conflict.routes.join(" ")}>
            <p>
              <Value of={conflict.routes[0]} /> and <Value of={conflict.routes[1]} />
              {conflict.example !== "" && (
                <>
                  {" "}
                  for example at <Value of={conflict.example} />
                </>
              )}
            </p>
            <p>
              <Text of={conflict.message} />
            </p>
            <p>
              <b>Fix:</b> <Text of={conflict.remedy} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Problems or warnings with path and remedy. */
export function Problems({
  title,
  problems,
}: {
  readonly title: string
  readonly problems: readonly Problem[]
}): JSX.Element | null {
  if (problems.length === 0) return null
  return (
    <section class="problems" aria-label={title}>
      <h3>
        {title} <span class="count">{problems.length}</span>
      </h3>
      <ul>
        {problems.slice(0, 100).map((problem) => (
          <li key={`${problem.path} ${problem.message}`}>
            {problem.path !== "" && <Value of={problem.path} />}{" "}
            <p>
              <Text of={problem.message} />
            </p>
            {problem.remedy !== "" && (
              <p>
                <b>Fix:</b> <Text of={problem.remedy} />
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
