import type { RouteRule } from "../../../src/policy.ts"
import type { State } from "../../server/control-api.ts"
import { change, type Draft, draft, mode } from "../state/draft.ts"
import { send } from "../state/exchange.ts"
import { announcement, gateways, stack, state } from "../state/stack.ts"

/** A request that shows one thing about an authorizer. */
export interface Example {
  readonly title: string
  readonly shows: string
  run(): Promise<void>
}

type Route = State["examples"][number]

/** The words of a demand that satisfy it. */
function wordsOf(demand: RouteRule["scopes"]): string {
  if (demand === undefined) return ""
  if (Array.isArray(demand)) return demand.join(" ")
  const { any, all } = demand as { readonly any?: readonly string[]; readonly all?: readonly string[] }
  return (all ?? any?.slice(0, 1) ?? []).join(" ")
}

const ruleOf = (route: string): RouteRule => stack.value?.routes.find((each) => each.route === route)?.rule ?? {}

/** A draft whose caller has what the rule of the route demands. */
function satisfying({ route, method, path }: Route): Partial<Draft> {
  const rule = ruleOf(route)
  // The example's caller has a token: neither $connect nor the demonstration's edge shows what the example is for.
  const isUsual = ({ name, kind }: (typeof gateways.value)[number]): boolean =>
    kind !== "websocket" && (state.value?.mode === "dev" || name !== "rest-edge")
  const gateway = gateways.value.find((each) => each.name === draft.value.gateway && isUsual(each))
  return {
    ...{ gateway: (gateway ?? gateways.value[0])?.name ?? "", method, path },
    ...{ issuer: state.value?.issuers.find(({ local }) => local)?.name ?? "", persona: "", claims: {} },
    ...{ scopes: wordsOf(rule.scopes), groups: wordsOf(rule.groups), defects: [], headers: [] },
  }
}

async function sendWith(part: Partial<Draft>): Promise<void> {
  mode.value = "compose"
  change(part)
  await send()
}

/** The examples that the routes of the configuration allow. */
export function examplesOf({ examples, issuers }: State): readonly Example[] {
  const plain = examples.filter(({ route }) => {
    const { roles, permissions, claims, kind, anyOf } = ruleOf(route)
    return route !== "$connect" && [roles, permissions, claims, kind, anyOf].every((each) => each === undefined)
  })
  const first = plain.find(({ route }) => ruleOf(route).scopes !== undefined) ?? plain[0]
  if (first === undefined) return []
  const scopes = wordsOf(ruleOf(first.route).scopes)
  const others = examples.filter(({ route }) => route !== "$connect" && route !== first.route)
  const next = others.find(({ route }) => wordsOf(ruleOf(route).scopes) === scopes) ?? others[0]
  const good = (): Partial<Draft> => satisfying(first)
  const noToken: Example = {
    title: "No token",
    shows: "API Gateway answers without asking the authorizer",
    run: () => sendWith({ ...good(), issuer: "" }),
  }
  // Real issuers sign no token here.
  if (!issuers.some(({ local }) => local)) return [noToken]
  return [
    { title: "Accepted", shows: "A good token with the scope that the route demands", run: () => sendWith(good()) },
    {
      title: "Wrong scope",
      shows: "A good token without that scope: the caller is known, but may not call the route",
      run: () => sendWith({ ...good(), scopes: "profile", groups: "" }),
    },
    {
      title: "Expired",
      shows: "A token whose time is over",
      run: () => sendWith({ ...good(), defects: ["expired"] }),
    },
    {
      title: "Tampered",
      shows: "Claims that were changed after the issuer signed them",
      run: () => sendWith({ ...good(), defects: ["tampered"] }),
    },
    noToken,
    ...(next === undefined
      ? []
      : [
          {
            title: "Kept answer",
            shows: "Two routes, one token: API Gateway reuses the first answer on the second route",
            async run() {
              await sendWith(good())
              await sendWith({ method: next.method, path: next.path })
              announcement.value = `Two requests were sent with one token. ${announcement.value}`
            },
          },
        ]),
  ]
}
