import type { RawProblem } from "./option-checks.ts"

/** Paths are short, unless an option has a name of a megabyte. */
const maxLength = 1000

/**
 * Problems of one option by itself: what it is, or that it is not there. All others are about how options fit together.
 */
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
 * Where a problem of how options fit together follows from a problem of one of these options. `.` is the place itself
 * with all that is in it, `=` without; `~` is in front of a neighbour.
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

/** The problems without those that follow from another one: who corrects the other one is rid of them, too. Linear. */
export function withoutFollowUps(problems: readonly RawProblem[]): readonly RawProblem[] {
  const first = new Map<string, RawProblem>()
  const around = new Set<string>()
  for (const problem of problems) {
    if (!ofOneOption.has(problem.message) || first.has(problem.path)) continue
    first.set(problem.path, problem)
    for (const place of placesAround(problem.path)) around.add(place)
  }
  /** Whether there is a problem of the option, of a part of it, or of what it is a part of. */
  const hasCause = (option: string): boolean =>
    around.has(option) || placesAround(option).some((place) => first.has(place))
  return problems.filter((problem) => {
    const { path, message } = problem
    if (ofOneOption.has(message)) return first.get(path) === problem
    const options = causes.flatMap(([place, ...found]) => (place.test(path) ? found : []))
    return !options.some((option) => {
      if (option === "=") return first.has(path)
      if (option === ".") return hasCause(path)
      return hasCause(option.startsWith("~") ? path.replace(/\w+$/, option.slice(1)) : option)
    })
  })
}

/** A path itself, and the paths of what it is a part of. */
function placesAround(path: string): readonly string[] {
  const places = [path]
  for (const { index } of path.slice(0, maxLength).matchAll(/[.[]/g)) places.push(path.slice(0, index))
  return places
}
