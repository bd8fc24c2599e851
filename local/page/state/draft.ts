import { type Signal, signal } from "@preact/signals"
import type { ComposedRequest, Persona, State, TokenWish } from "../../server/control-api.ts"
import { claimsOfEdge, hasEdge } from "./edge.ts"
import { gateways, state } from "./stack.ts"

/** The request as it is being composed. */
export interface Draft {
  /** Name of a gateway. */
  readonly gateway: string
  readonly method: string
  readonly path: string
  /** Name of an issuer; empty for a request without a token. */
  readonly issuer: string
  /** Name of a persona; empty for one that was changed by hand. */
  readonly persona: string
  /** Words with blanks between them. */
  readonly scopes: string
  readonly groups: string
  /** Claims beside scopes and groups, of the persona. */
  readonly claims: { readonly [claim: string]: unknown }
  readonly defects: TokenWish["defects"] & object
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly edgeHeaders: { readonly [name: string]: string }
  readonly edgeSigns: boolean
}

/** How the request is made. */
export type Mode = "compose" | "token" | "event"
export const mode: Signal<Mode> = signal("compose")

export const draft: Signal<Draft> = signal({
  gateway: "",
  method: "GET",
  path: "/",
  issuer: "",
  persona: "",
  scopes: "",
  groups: "",
  claims: {},
  defects: [],
  headers: [],
  edgeHeaders: {},
  edgeSigns: false,
})

/** Changes some members. */
export function change(part: Partial<Draft>): void {
  draft.value = { ...draft.value, ...part }
}

export type Issuer = State["issuers"][number]

export function issuerNamed(name: string): Issuer | undefined {
  return state.value?.issuers.find((issuer) => issuer.name === name)
}

/** The members of a draft that a persona sets. */
export function withPersona(persona: Persona): Partial<Draft> {
  const issuer = issuerNamed(persona.issuer)
  const words = (claim: string | undefined): string => {
    const value = claim === undefined ? undefined : persona.claims[claim]
    return (Array.isArray(value) ? value : value === undefined ? [] : [value]).join(" ")
  }
  const own = [issuer?.scopeClaim.name, issuer?.groupsClaim.name]
  return {
    persona: persona.name,
    issuer: persona.issuer,
    scopes: words(issuer?.scopeClaim.name),
    groups: words(issuer?.groupsClaim.name),
    claims: Object.fromEntries(Object.entries(persona.claims).filter(([claim]) => !own.includes(claim))),
  }
}

/** Fills a draft that is still empty with the first gateway, route and persona. */
export function fillDraft(): void {
  const { personas = [], examples = [], edge } = state.value ?? {}
  const [gateway] = gateways.value
  if (draft.value.gateway !== "" || gateway === undefined) return
  const example = examples.find(({ route }) => route !== "$connect") ?? examples[0]
  const [persona] = personas
  change({
    gateway: gateway.name,
    ...(example && { method: example.method, path: example.path }),
    ...(persona && withPersona(persona)),
    ...(edge && { edgeHeaders: edge.headers, edgeSigns: edge.signs }),
  })
}

const wordsOf = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== "")

/** The request for `POST /api/send`. */
export function composed(from: Draft): ComposedRequest {
  const issuer = issuerNamed(from.issuer)
  const isEdge = hasEdge(from.gateway)
  // An empty list of scopes is sent as such, else the issuer would give its usual ones.
  const claim = (form: Issuer["scopeClaim"], words: string[]): object => ({
    [form.name]: form.type === "list" ? words : words.join(" "),
  })
  return {
    gateway: from.gateway,
    method: from.method,
    path: from.path,
    ...(from.headers.length > 0 && { headers: from.headers.filter(([name]) => name.trim() !== "") }),
    ...(issuer !== undefined && {
      token: {
        issuer: issuer.name,
        claims: {
          ...(isEdge && claimsOfEdge(from.edgeHeaders)),
          ...from.claims,
          ...(from.groups.trim() !== "" && claim(issuer.groupsClaim, wordsOf(from.groups))),
          ...claim(issuer.scopeClaim, wordsOf(from.scopes)),
        },
        ...(from.defects.length > 0 && { defects: from.defects }),
      },
    }),
    ...(isEdge && { edge: { headers: from.edgeHeaders, sign: from.edgeSigns } }),
  }
}
