import { expect } from "vitest"
import type { PolicyDocument } from "../../../src/index.ts"
import { compilePolicy } from "../../../src/policy.ts"
import { type Arrival, arriving, type Case, settingsOf } from "./cases.ts"
import { expected, isAmbiguous, mayRefuseSlash, someSpellingIsForbidden } from "./expected.ts"
import { chosenRoute, coverOf } from "./gateway.ts"
import { evaluate, matchesText } from "./iam.ts"
import { meets, type Person } from "./rules.ts"
import { arnOf, authorizerOf, bearerOf, configOf, documentOf, eventOf, httpKinds } from "./world.ts"

type Count = (what: string) => void

/**
 * Runs one case through the public doors, and judges every document that a person got on every request of that person:
 * each may be served from the cache for each. A table that is refused is refused by both doors.
 */
export async function judge(tested: Case, count: Count): Promise<void> {
  const config = configOf(tested.table, settingsOf(tested))
  const { conflicts, worstCaseBytes } = compilePolicy(config)
  if (conflicts.length > 0) {
    count("tables refused")
    expect(() => authorizerOf(config)).toThrow(/routes\["/)
    return
  }
  count("tables compiled")
  const { decide, handler } = authorizerOf(config)
  for (const person of tested.people) {
    const documents = new Map<string, PolicyDocument>()
    const asked: (Arrival & { readonly arn: string; readonly outcome: string })[] = []
    for (const { request, chosen } of arriving(tested)) {
      const event = eventOf(tested.kind, bearerOf(person), request, chosen)
      const { outcome, reason } = await decide(event)
      if (outcome === "unauthenticated") throw new Error(`the token is refused: ${reason}`)
      const answer = await handler(event).catch((error: Error) => error)
      if (answer instanceof Error !== (outcome === "unavailable")) throw new Error(`${reason}, but not for the handler`)
      if (!(answer instanceof Error)) documents.set(JSON.stringify(documentOf(answer)), documentOf(answer))
      asked.push({ request, chosen, arn: arnOf(event), outcome })
    }
    for (const [text, document] of documents) {
      if (Buffer.byteLength(text) > worstCaseBytes) throw new Error(`${worstCaseBytes} bytes are not the worst case`)
      for (const each of asked) {
        const verdict = evaluate(document, each.arn)
        const problem = problemOf(tested, person, each, verdict, each.outcome, count)
        if (problem === undefined) continue
        const { method, path } = each.request
        const at = `${method} ${JSON.stringify(path)}, by the gateway on ${each.chosen}`
        throw new Error(`${at}: ${problem}\n${JSON.stringify(document.Statement)}`)
      }
    }
  }
}

/** What is wrong with a document's verdict on a request; undefined when nothing is. */
function problemOf(
  tested: Case,
  person: Person,
  { request, chosen }: Arrival,
  verdict: string,
  outcome: string,
  count: Count,
): string | undefined {
  const { table, kind, resourcePolicyAllows } = tested
  const isAllowed = verdict === "allow"
  const isUnavailable = outcome === "unavailable"
  const isListed = chosen in table
  // What an Allow covers on a route that the table does not name is listed in `exposed`, and still no decision to
  // allow.
  const isOverCovered = !isListed && isAllowed && outcome === "forbidden"
  if (!isUnavailable && isAllowed !== (outcome === "allow") && !isOverCovered)
    return `decide says ${outcome}, the document ${verdict}`
  if (isAmbiguous(request.path)) {
    count(`ambiguous: ${verdict}`)
    if (isAllowed && someSpellingIsForbidden(tested, person, request, httpKinds[kind]))
      return "allows a spelling of a forbidden route"
    if (resourcePolicyAllows && verdict === "none" && isListed)
      return "is silent on an ambiguous path beside a resource policy"
    return undefined
  }
  if (!isListed) return unlistedProblem(tested, person, { request, chosen }, isAllowed, count)
  if (isAllowed && !meets(person, table[chosen] ?? {})) return `allows ${chosen}`
  const other = httpKinds[kind] === "http" ? "rest" : "http"
  const isOther = chosenRoute(Object.keys(table), request.method, request.path, other) !== chosen
  if (isOther && !request.path.endsWith("/")) count(`orders differ: ${outcome}`)
  const own = expected(tested, person, request, httpKinds[kind])
  count(`${own}: ${outcome}`)
  if (isUnavailable) return "is unavailable"
  if (own === "allow" && !isAllowed && mayRefuseSlash(tested, person, request)) {
    count("slash refused")
    return undefined
  }
  if (isAllowed !== (own === "allow")) return `the model says ${own}, the document ${verdict}`
  if (resourcePolicyAllows && own === "deny" && verdict === "none") return "is silent beside a resource policy"
  return undefined
}

/** Requests on a route that the table does not name: denied, or listed in `exposed`. */
function unlistedProblem(tested: Case, person: Person, { request }: Arrival, isAllowed: boolean, count: Count) {
  count(isAllowed ? "unlisted: allowed" : "unlisted: denied")
  if (!isAllowed) return undefined
  const { table, unmatched } = tested
  // With a slash at the end it is the same route by the table's own reading, as REST APIs have it.
  const order = request.path.endsWith("/") ? "rest" : httpKinds[tested.kind]
  const read = chosenRoute(Object.keys(table), request.method, request.path, order)
  if (unmatched === "authenticated") {
    return read !== undefined && !meets(person, table[read] ?? {}) ? `allows an unlisted request on ${read}` : undefined
  }
  // A finer route of the API below a route of the table: that route's rule is what the table says of the path.
  if (read !== undefined) return meets(person, table[read] ?? {}) ? undefined : `allows an unlisted request on ${read}`
  const tail = `${request.method}${request.path}`
  const isTold = compilePolicy(configOf(table, settingsOf(tested))).exposed.some(
    ({ route }) => meets(person, table[route] ?? {}) && coverOf(route).some((pattern) => matchesText(pattern, tail)),
  )
  return isTold ? undefined : "allows an unlisted request without a word in exposed"
}
