import fc from "fast-check"
import type { AuthorizerConfig } from "../../../src/index.ts"
import { type Asked, persons, requests, respelled, type Table } from "./arbitraries.ts"
import type { Api } from "./expected.ts"
import { chosenRoute } from "./gateway.ts"
import type { Person } from "./rules.ts"
import { type HttpKind, httpKinds } from "./world.ts"

/** One API with its callers and their requests, in principal mode. */
export interface Case extends Api {
  readonly resourcePolicyAllows: boolean
  /** Routes that the API has and the table does not. */
  readonly extras: readonly string[]
  readonly people: readonly Person[]
  readonly asked: readonly Asked[]
  readonly kind: HttpKind
}

/** A request as the gateway sends it on, and the route that the gateway chose for it. */
export interface Arrival {
  readonly request: Asked
  readonly chosen: string
}

const withoutNames = (key: string): string => key.replace(/\{[^}+]*/g, "{")

/** Cases of tables, with further routes that the tables do not name. */
export function casesOf(tables: fc.Arbitrary<Table>, further: fc.Arbitrary<string[]>): fc.Arbitrary<Case> {
  return fc.tuple(tables, further).chain(([table, more]) => {
    const named = new Set(Object.keys(table).map(withoutNames))
    const extras = more.filter((key) => !named.has(withoutNames(key)))
    return fc.record({
      table: fc.constant(table),
      extras: fc.constant(extras),
      unmatched: fc.constantFrom<Api["unmatched"][]>("deny", "deny", "deny", "authenticated"),
      resourcePolicyAllows: fc.boolean(),
      people: fc.array(persons, { minLength: 2, maxLength: 2 }),
      asked: fc.array(
        fc
          .tuple(requests([...Object.keys(table), ...extras]), respelled, fc.nat({ max: 3 }))
          .map(([asked, change, odd]) =>
            odd === 0
              ? {
                  ...asked,
                  path: change(asked.path)
                    .replace(/^(?!\/)/, "/")
                    .replace(/^\/\/$/, "/"),
                }
              : asked,
          ),
        { minLength: 6, maxLength: 6 },
      ),
      kind: fc.constantFrom(...(Object.keys(httpKinds) as HttpKind[])),
    })
  })
}

/** The configuration without the table. */
export function settingsOf({ unmatched, resourcePolicyAllows }: Case): Partial<AuthorizerConfig> {
  return {
    unmatched,
    gateway: { resultTtlSeconds: 300, identitySources: ["token"], resourcePolicyAllows, tooLarge: "unavailable" },
  }
}

/** The requests that reach the authorizer; the others are answered by the gateway itself. */
export function arriving({ table, extras, kind, asked }: Case): Arrival[] {
  const keys = [...Object.keys(table), ...extras]
  return asked.flatMap((request) => {
    const chosen = chosenRoute(keys, request.method, request.path, httpKinds[kind])
    return chosen === undefined ? [] : [{ request, chosen }]
  })
}
