import fc from "fast-check"
import { expect } from "vitest"
import { isMistakable, writeLong, writeShort } from "../../../src/answer/written-policy.ts"
import { parseExecuteApiArn } from "../../../src/event/arn.ts"
import type { PolicyDocument } from "../../../src/index.ts"
import { compilePrincipalPolicy } from "../../../src/policy/decide.ts"
import { examiner } from "../../../src/policy/examine.ts"
import type { CoverageForm } from "../../../src/types/coverage.ts"
import { type Asked, persons, requests, type Table } from "./arbitraries.ts"
import { type Api, expected } from "./expected.ts"
import { chosenRoute, methods } from "./gateway.ts"
import { type Evaluation, evaluate, matchesAnyText } from "./iam.ts"
import type { Person } from "./rules.ts"
import { arnOf, authorizerUnlessConflicts, bearerOf, configOf, eventOf, httpKinds } from "./world.ts"

/** Texts that Resources could be mistaken on if they began with wildcards, and that is guarded. */
const hostile: readonly ((asked: Asked) => Asked)[] = [
  ({ method, path }) => ({ method: "GET", path: `/a/7/prod/${method}${path}` }),
  ({ method, path }) => ({ method: "DELETE", path: `/b/prod/${method}${path}` }),
  ({ method, path }) => ({ method: "GET", path: `/x:abc123def4/prod/${method}${path}` }),
  ({ method, path }) => ({ method: "prod", path: `/${method}${path}` }),
  ({ method, path }) => ({ method: "GET", path: `/xprod/${method}${path}` }),
  ({ method, path }) => ({ method: "POST", path: `/v1/a/prod/${method}${path}` }),
  ({ path }) => ({ method: "GET", path: `${path}x` }),
  ({ path }) => ({ method: "PROPFIND", path }),
  ({ method, path }) => ({
    method,
    path: path.replace(/\/(\w)/, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`),
  }),
]
const asked = (keys: readonly string[]): fc.Arbitrary<readonly Asked[]> =>
  fc.array(
    fc
      .tuple(requests(keys), fc.option(fc.constantFrom(...hostile), { freq: 2 }))
      .map(([one, twist]) => twist?.(one) ?? one),
    { minLength: 14, maxLength: 14 },
  )

/** A table with its settings, callers, and the requests that may share an answer. */
interface FormCase extends Api {
  readonly resourcePolicyAllows: boolean
  readonly byPath: boolean
  readonly people: readonly Person[]
  readonly kind: "rest-token" | "http-1.0"
  readonly asked: readonly Asked[]
}

const casesOf = (from: fc.Arbitrary<Table>): fc.Arbitrary<FormCase> =>
  from.chain((table) =>
    fc.record({
      table: fc.constant(table),
      unmatched: fc.constantFrom<Api["unmatched"][]>("deny", "deny", "deny", "authenticated"),
      resourcePolicyAllows: fc.constantFrom(false, false, true),
      byPath: fc.constantFrom(false, false, true),
      people: fc.array(persons, { minLength: 3, maxLength: 3 }),
      kind: fc.constantFrom("rest-token" as const, "http-1.0" as const),
      asked: asked(Object.keys(table)),
    }),
  )

/** Every form of a coverage, with both beginnings of its Resources. */
function* documentsOf(first: CoverageForm, arn: string) {
  const parsed = parseExecuteApiArn(arn)
  const forms: CoverageForm[] = []
  let shortest: CoverageForm | undefined
  for (let form: CoverageForm | undefined = first; form !== undefined; form = form.shorter?.()) {
    forms.push(form)
    shortest ??= form.shortest?.()
  }
  if (shortest !== undefined) forms.push(shortest)
  for (const [number, form] of forms.entries()) {
    for (const write of [writeLong, writeShort]) {
      const made = write(parsed, { ...form, denyIfRoom: [] }, Number.POSITIVE_INFINITY)
      if (made === undefined) throw new Error("a form that is not written")
      yield { ...made, name: `form ${number}, ${write.name}` }
    }
  }
}

/**
 * Every form of an answer, short or long, is right for every request that can share it.
 *
 * @param count counts what was met
 */
export function everyForm(from: fc.Arbitrary<Table>, count: (what: string) => void): fc.IAsyncProperty<[FormCase]> {
  return fc.asyncProperty(
    casesOf(from),
    async ({ table, unmatched, resourcePolicyAllows, byPath, people, kind, asked }) => {
      const matchBy = byPath ? ("path" as const) : ("template" as const)
      const gateway = { resultTtlSeconds: 300, resourcePolicyAllows, matchBy, tooLarge: "unavailable" as const }
      const config = configOf(table, { unmatched, gateway })
      const authorizer = authorizerUnlessConflicts(config)
      if (authorizer === undefined) return count("refused")
      count("compiled")
      const keys = Object.keys(table)
      const options = { routes: table, unmatched, resourcePolicyAllows, api: undefined, byPath }
      const { covers } = compilePrincipalPolicy(options, examiner)
      for (const person of people) {
        const decided = []
        for (const request of asked) {
          const event = eventOf(kind, bearerOf(person), request, keys[0] as string)
          const { outcome, reason, principal } = await authorizer.decide({ ...event, ...chosenBy(keys, request, kind) })
          if (principal === undefined || outcome === "unavailable") continue
          decided.push({ request, arn: arnOf(event), outcome, reason, principal })
        }
        const [first] = decided
        const coverage = first && covers(first.principal, httpKinds[kind])
        if (coverage === undefined || first === undefined) continue
        const start = "form" in coverage ? coverage.form() : coverage
        // Forms of small tables are often the same document.
        const evaluations = new Map<string, readonly (readonly [Evaluation, Evaluation])[]>()
        const documents = [...documentsOf(start, first.arn)]
        for (const { document, ambiguous, bytes, name: form } of documents) {
          const text = JSON.stringify(document)
          if (bytes !== Buffer.byteLength(text)) expect(bytes).toBe(Buffer.byteLength(text))
          const verdicts =
            evaluations.get(text) ?? decided.map(({ arn }) => [evaluate(document, arn), asText(document, arn)] as const)
          evaluations.set(text, verdicts)
          for (const [at, { request, arn, outcome, reason }] of decided.entries()) {
            const isMeant = outcome === "allow" && !isMistaken(ambiguous, arn)
            const [verdict, other] = verdicts[at] as readonly [Evaluation, Evaluation]
            if (other !== verdict) throw new Error(`${arn}: ${verdict}, and ${other} in the other reading of wildcards`)
            if ((verdict === "allow") === isMeant) {
              count(`${form}: ${verdict}`)
              continue
            }
            const isListed = (["rest", "http"] as const).some(
              (reading) => chosenRoute(keys, request.method, request.path, reading) !== undefined,
            )
            if (!isMeant && !isListed && unmatched === "deny" && !byPath && methods.includes(request.method)) {
              count(`${form}: a path of no route is covered`)
              continue
            }
            // The answer that was given could be mistaken on this text and denies it; not every other form has to.
            if (
              reason === "path_ambiguous" &&
              documents.some((other) => isMistaken(other.ambiguous, arn)) &&
              expected({ table, unmatched }, person, request, httpKinds[kind]) === "allow"
            ) {
              count(`${form}: allows what another form could be mistaken on`)
              continue
            }
            const statements = JSON.stringify(document.Statement)
            throw new Error(`${request.method} ${request.path}: ${outcome}, but ${verdict} by ${form}\n${statements}`)
          }
        }
      }
    },
  )
}

/** Whether a form could be mistaken on an ARN, and denies it. */
function isMistaken(ambiguous: readonly string[] | undefined, arn: string): boolean {
  return ambiguous !== undefined && isMistakable(ambiguous, parseExecuteApiArn(arn))
}

/** The forms that each kind of tables has to show, allowed and denied. */
export const shown: readonly string[] = [0, 1, 2, 3, 4].flatMap((form) =>
  ["writeLong", "writeShort"].flatMap((write) =>
    ["allow", "deny"].map((verdict) => `form ${form}, ${write}: ${verdict}`),
  ),
)

/** The verdict of an evaluator whose wildcards cross the colons of an ARN, too. */
function asText({ Statement }: PolicyDocument, arn: string): Evaluation {
  const has = (effect: string): boolean =>
    Statement.some(({ Effect, Resource }) => Effect === effect && matchesAnyText(Resource, arn))
  return has("Deny") ? "deny" : has("Allow") ? "allow" : "none"
}

/** What the gateway chose, for events that say it. */
function chosenBy(keys: readonly string[], { method, path }: Asked, kind: "rest-token" | "http-1.0"): object {
  if (kind === "rest-token") return {}
  const chosen = chosenRoute(keys, method, path, "http")
  const template = chosen === undefined || chosen === "$default" ? "$default" : chosen.slice(chosen.indexOf(" ") + 1)
  const context = { resourcePath: template, httpMethod: method, resourceId: chosen ?? "$default", stage: "prod" }
  return {
    resource: template,
    requestContext: { ...context, identity: {}, accountId: "123456789012", apiId: "abc123def4" },
  }
}
