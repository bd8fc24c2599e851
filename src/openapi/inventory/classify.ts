import type { ApiReading, AuthorizerKind, AuthorizerReading, RouteAuth } from "./types.ts"

/** Decides which Lambda authorizers are hallpass. */
export interface Classification {
  kindOf(auth: RouteAuth): AuthorizerKind
  /** Whether the documents leave open which one is hallpass: several functions, and none of them shows it. */
  readonly undecided: readonly string[]
}

/**
 * Without a name, every Lambda authorizer counts as hallpass, because most APIs have one. If the name or the function
 * of one shows that it is hallpass, those of other functions do not count.
 */
export function classify(apis: readonly ApiReading[], named: string | undefined): Classification {
  const all = new Set(apis.flatMap(({ routes }) => routes.flatMap(({ auth: { authorizer } }) => authorizer ?? [])))
  const lambdas = [...all].filter(({ means }) => means === "lambda")
  const marked = lambdas.filter((each) => each.marked)
  const functions = new Set(marked.flatMap((each) => each.functions))
  const isOurs = (authorizer: AuthorizerReading): boolean => {
    if (named !== undefined) return authorizer.ids.includes(named)
    if (marked.length === 0 || authorizer.marked) return true
    return authorizer.functions.length === 0 || authorizer.functions.some((name) => functions.has(name))
  }
  const distinct = new Set(lambdas.map((each) => each.functions.join() || each.name))
  const isUndecided = named === undefined && marked.length === 0 && distinct.size > 1
  return {
    kindOf({ means, authorizer, apiKey }) {
      if (means === "none") return apiKey === true ? "api-key" : "none"
      if (means !== "lambda") return means
      if (authorizer === undefined) return named === undefined ? "hallpass" : "unknown"
      return isOurs(authorizer) ? "hallpass" : "other"
    },
    undecided: isUndecided ? [...new Set(lambdas.map(({ name }) => name))] : [],
  }
}
