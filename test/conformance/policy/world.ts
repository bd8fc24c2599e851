import { expect } from "vitest"
import {
  type Authorizer,
  type AuthorizerAnswer,
  type AuthorizerConfig,
  ConfigurationError,
  createAuthorizer,
  type PolicyAnswer,
  type PolicyDocument,
} from "../../../src/index.ts"
import { compilePolicy } from "../../../src/policy.ts"
import type { EventKind } from "../../../src/types/request.ts"
import { oidcIssuer } from "../../support/config.ts"
import { type EventOptions, eventBuilders } from "../../support/events.ts"
import { testKey } from "../../support/keys.ts"
import { clock, issuer, mint } from "../../support/mint.ts"
import { type Asked, secondIssuer, type Table, thirdIssuer } from "./arbitraries.ts"
import { methodOf, type Reading, templateOf } from "./gateway.ts"
import type { Person } from "./rules.ts"

/** Kinds of events whose requests have a method and a path, with the reading that their APIs have of a path. */
export const httpKinds: { readonly [kind in Exclude<EventKind, "websocket">]: Reading } = {
  "rest-token": "rest",
  "rest-request": "rest",
  "http-1.0": "http",
  "http-2.0": "http",
}
export type HttpKind = keyof typeof httpKinds

const key = testKey("ed25519")
/** The issuers of the tests' principals. */
export const issuers: AuthorizerConfig["issuers"] = [issuer, secondIssuer, thirdIssuer].map((name) =>
  oidcIssuer({ issuer: name, jwks: { keys: [key.jwk] }, algorithms: ["EdDSA"], permissions: "permissions" }),
)

/** A configuration with a table; the cache key is the token alone unless `changes` say otherwise. */
export function configOf(table: Table, changes: Partial<AuthorizerConfig> = {}): AuthorizerConfig {
  return { issuers, routes: table, ...changes } as AuthorizerConfig
}

/** An authorizer of a configuration. */
export function authorizerOf(config: AuthorizerConfig, now: () => number = clock): Authorizer {
  return createAuthorizer(config, { clock: now })
}

/** The same; undefined for a table that is refused for its conflicts and for nothing else. */
export function authorizerUnlessConflicts(config: AuthorizerConfig, now: () => number = clock): Authorizer | undefined {
  try {
    return authorizerOf(config, now)
  } catch (error) {
    if (!(error instanceof ConfigurationError && error.problems.every(isConflict))) throw error
    expect(compilePolicy(config).conflicts).not.toEqual([])
    return undefined
  }
}

const isConflict = ({ path, message }: ConfigurationError["problems"][number]): boolean =>
  path.startsWith('routes["') && /^cannot be distinguished from |^overlaps with other routes/.test(message)

const bearers = new Map<string, string>()
const known = new WeakMap<Person, string>()

/** A person's Authorization header. One token per person, however often it is asked for. */
export function bearerOf(person: Person, more?: object): string {
  const bearer = (more === undefined && known.get(person)) || bearerWith(person, more ?? {})
  if (more === undefined) known.set(person, bearer)
  return bearer
}

function bearerWith(person: Person, more: object): string {
  const { kind, scopes, issuer: iss, ...lists } = person
  const text = JSON.stringify([person, more])
  const made = bearers.get(text)
  if (made !== undefined) return made
  const subject = kind === "user" ? { sub: "person", auth_time: 1_790_000_000 } : { sub: "canary-client" }
  const token = mint({ iss, ...lists, ...subject, scope: scopes.join(" "), ...more }, { alg: "EdDSA", key })
  bearers.set(text, `Bearer ${token}`)
  return `Bearer ${token}`
}

/** The event of a request that the gateway gave to the route `chosen`; of a TOKEN authorizer, it says the path only. */
export function eventOf(
  kind: EventKind,
  bearer: string,
  { method, path }: Asked,
  chosen: string,
  more: EventOptions = {},
): { readonly [name: string]: unknown } {
  const template = templateOf(chosen)
  const event = eventBuilders[kind](bearer, { method, path, template, ...more })
  if (kind !== "http-2.0") return event
  // The builder writes the request's method; API Gateway writes the route's.
  const routeKey = chosen.startsWith("$") ? chosen : `${methodOf(chosen)} ${template}`
  return { ...event, routeKey, requestContext: { ...(event.requestContext as object), routeKey } }
}

/** The ARN of an event. */
export function arnOf(event: { readonly [name: string]: unknown }): string {
  return String(event.routeArn ?? event.methodArn)
}

/** The document of an answer that is a policy. */
export function documentOf(answer: AuthorizerAnswer): PolicyDocument {
  return (answer as PolicyAnswer).policyDocument
}

/** Every combination of what the tests' principals are made of. */
export function everyone(): Person[] {
  const lists = (...names: string[]): string[][] =>
    names.reduce<string[][]>((all, name) => all.flatMap((list) => [list, [...list, name]]), [[]])
  return [issuer, secondIssuer, thirdIssuer].flatMap((iss) =>
    (["user", "app"] as const).flatMap((kind) =>
      lists("read", "write", "own").flatMap((scopes) =>
        lists("admin").flatMap((roles) =>
          lists("ops").flatMap((groups) =>
            lists("refund").flatMap((permissions) =>
              ["sales", "hr", "it"].map((department) => ({
                issuer: iss,
                ...{ kind, scopes, roles, groups, permissions, department },
              })),
            ),
          ),
        ),
      ),
    ),
  )
}
