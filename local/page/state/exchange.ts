import { type Signal, signal } from "@preact/signals"
import type { Exchange, Pasted, RequestSummary } from "../../server/control-api.ts"
import { plainLabel } from "../show/visible-text.ts"
import { call } from "./control.ts"
import { composed, type Draft, draft } from "./draft.ts"
import { announcement } from "./stack.ts"

/** What the panels show: one request with everything that it led to, or a row of the strip, which has less. */
export type Shown =
  | { readonly of: "exchange"; readonly exchange: Exchange }
  | { readonly of: "request"; readonly request: RequestSummary }

export const shown: Signal<Shown | undefined> = signal(undefined)
export const sending: Signal<boolean> = signal(false)
/** The refusal of the last attempt to send. */
export const sendProblem: Signal<string> = signal("")

/** Exchanges of this visit, so that a row of the strip can show all of its request. Pasted ones are not among them. */
const exchanges = new Map<string, Exchange>()
const maxExchanges = 200

/** Sends a composed request. */
export function send(from: Draft = draft.value): Promise<Exchange | undefined> {
  return exchange("/api/send", composed(from))
}

/** Judges a pasted token or event. Nothing of it is kept. */
export function judge(pasted: Pasted): Promise<Exchange | undefined> {
  return exchange("/api/paste", pasted)
}

async function exchange(path: "/api/send" | "/api/paste", body: object): Promise<Exchange | undefined> {
  if (sending.value) return undefined
  sending.value = true
  sendProblem.value = ""
  try {
    const answer = await call<Exchange>(path, body)
    if (path === "/api/send") keep(answer)
    shown.value = { of: "exchange", exchange: answer }
    announcement.value = spoken(answer)
    return answer
  } catch (error) {
    sendProblem.value = (error as Error).message
    announcement.value = ""
    return undefined
  } finally {
    sending.value = false
  }
}

function keep(exchange: Exchange): void {
  exchanges.set(exchange.id, exchange)
  if (exchanges.size > maxExchanges) exchanges.delete(exchanges.keys().next().value ?? "")
}

/** Shows a row of the strip. */
export function show(request: RequestSummary): void {
  const known = exchanges.get(request.id)
  shown.value = known === undefined ? { of: "request", request } : { of: "exchange", exchange: known }
}

export function idOf(what: Shown | undefined): string | undefined {
  return what?.of === "exchange" ? what.exchange.id : what?.request.id
}

function spoken({ method, path, client, walk, api }: Exchange): string {
  const decided = walk === undefined ? api.why : walk.outcome === "allow" ? "hallpass allows it." : walk.meaning
  return plainLabel(`${method} ${path}: the client gets ${client.status}. ${decided}`)
}
