import { state } from "./stack.ts"

/** Whether an API is called through an edge. In the demonstration only one is. */
export function hasEdge(gateway: string): boolean {
  const { edge, mode: stackMode } = state.value ?? {}
  return edge !== undefined && (stackMode === "dev" || gateway === "rest-edge")
}

/** If the edge adds to a token, the token has to be of the user whom the edge names. */
export function claimsOfEdge(headers: { readonly [name: string]: string }): { readonly [claim: string]: unknown } {
  const { edge } = Object(parsed(state.value?.configuration ?? "")) as { readonly edge?: EdgeOfConfiguration }
  const { role, subjectClaim, headers: { user } = {} } = Object(edge) as EdgeOfConfiguration
  const name = typeof user === "string" ? user : user?.name
  const value = name === undefined ? undefined : headers[name]
  return role === "attributes" && typeof subjectClaim === "string" && value ? { [subjectClaim]: value } : {}
}

interface EdgeOfConfiguration {
  readonly role?: unknown
  readonly subjectClaim?: unknown
  readonly headers?: { readonly user?: string | { readonly name?: string } }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
