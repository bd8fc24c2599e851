import type { RawProblem } from "./check.ts"

/** Problems of one option by itself: what it is, or that it is not there. All others are about how options fit together. */
const ofOneOption = new Set(
  [
    "missing",
    "undefined",
    "unknown",
    "object",
    "list",
    "text",
    "number",
    "flag",
    "word",
    "empty_list",
    "empty_path",
  ].concat(["every_object", "provider", "issuers", "sources_list", "plain_data", "algorithm_of_node"]),
)

/**
 * Where a problem of how options fit together follows from a problem of one of these options. `.` is the place itself with all
 * that is in it, `=` without; `~` is in front of a neighbour.
 */
const causes: readonly (readonly [place: RegExp, ...options: readonly string[]])[] = [
  [/^(?:keys|issuers\[\d+\]\.keys|secrets)$/, "."],
  [/^(?:issuers|edge\.evidence)$/, "="],
  [/^edge\.evidence\[\d+\](?:\.mtls)?$/, "."],
  [/^routes\[".*"\](?:\.anyOf\[\d+\])?\.(?:scopes|roles|groups|permissions|claims)$/, "."],
  [/^routes\[".*"\](?:\.anyOf\[\d+\])?\.claims(?:\.\w+)?\[\d+\]$/, "."],
  [/^routes\[".*"\]\.anyOf(?:\[\d+\])?$/, "."],
  [/^observe\.traceContext$/, "gateway.resultTtlSeconds"],
  [
    /^gateway\.\w+$/,
    ".",
    "gateway.resultTtlSeconds",
    "gateway.identitySources",
    "gateway.api",
    "credential",
    "edge.role",
  ],
  [/^unmatched$/, "routes"],
  [/^secrets$/, "edge"],
  [/^edge\.subjectClaim$/, "edge.role"],
  [/^credential\.scheme$/, "credential.header"],
  [/^issuers\[\d+\]\.allowed\w+$/, "~tenant", "="],
  [/^issuers\[\d+\]\.jwks$/, "~algorithms"],
]

/** The problems without those that follow from another one: who corrects the other one is rid of them, too. */
export function withoutFollowUps(problems: readonly RawProblem[]): readonly RawProblem[] {
  const first = problems.filter(({ message }) => ofOneOption.has(message))
  return problems.filter((problem) => {
    const { path, message } = problem
    if (ofOneOption.has(message)) return !first.slice(0, first.indexOf(problem)).some((before) => before.path === path)
    const options = causes.flatMap(([place, ...found]) => (place.test(path) ? found : []))
    return !first.some((cause) => options.some((option) => isCause(cause.path, option, path)))
  })
}

function isCause(cause: string, option: string, path: string): boolean {
  if (option === "=") return cause === path
  if (option === ".") return touch(cause, path)
  return touch(cause, option.startsWith("~") ? path.replace(/\w+$/, option.slice(1)) : option)
}

/** Whether one path is, or leads into, the other. */
function touch(one: string, other: string): boolean {
  return one === other || isIn(one, other) || isIn(other, one)
}

function isIn(inner: string, outer: string): boolean {
  return inner.startsWith(outer) && /^[.[]/.test(inner.slice(outer.length))
}
