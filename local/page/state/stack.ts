import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals"
import type { Controls, GatewayInfo, RequestSummary, Stack, State, Table } from "../../server/control-api.ts"
import { ControlError, call, readEvents } from "./control.ts"

/** What the stack has: its gateways, issuers and routes. Undefined until the first answer. */
export const stack: Signal<Stack | undefined> = signal(undefined)
/** The switches, personas and suggestions. */
export const state: Signal<State | undefined> = signal(undefined)
export const table: Signal<Table | undefined> = signal(undefined)
/** Newest first. */
export const requests: Signal<readonly RequestSummary[]> = signal([])
/** False while the server does not answer. */
export const connected: Signal<boolean> = signal(true)
/** The last thing that happened, for readers of a screen. */
export const announcement: Signal<string> = signal("")
/** The last refusal of a switch. */
export const controlProblem: Signal<string> = signal("")

export const gateways: ReadonlySignal<readonly GatewayInfo[]> = computed(() => stack.value?.gateways ?? [])

const maxRequests = 200

/** Fetches everything that the page shows. */
export async function refresh(): Promise<void> {
  const [newStack, newState, newTable, newRequests] = await Promise.all([
    call<Stack>("/api/stack"),
    call<State>("/api/state"),
    call<Table>("/api/table"),
    call<readonly RequestSummary[]>("/api/requests"),
  ])
  stack.value = newStack
  state.value = newState
  table.value = newTable
  requests.value = newRequests
  connected.value = true
}

/** Follows the stack until the page is closed; after a break it begins again. */
export async function follow(): Promise<never> {
  for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, 8000)) {
    try {
      await refresh()
      pauseMs = 500
      await readEvents(onEvent)
    } catch (error) {
      if (!(error instanceof ControlError)) console.error(error)
    }
    connected.value = false
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

/** Requests come in bursts: the page takes them together. */
const burstMs = 120
let burst: RequestSummary[] = []

function takeBurst(): void {
  const known = new Set(requests.value.map(({ id }) => id))
  const added = burst.filter(({ id }) => !known.has(id))
  burst = []
  requests.value = [...added.toReversed(), ...requests.value].slice(0, maxRequests)
  // The number of kept answers changes with requests.
  askState().catch(() => undefined)
}

/** Takes the state as it is now. If another one was taken while the answer was under way, that one may be newer. */
async function askState(): Promise<void> {
  for (;;) {
    const before = state.value
    const now = await call<State>("/api/state")
    if (state.value === before) return takeState(now)
  }
}

function onEvent(type: string, data: string): void {
  if (type === "request") {
    if (burst.push(JSON.parse(data) as RequestSummary) === 1) setTimeout(takeBurst, burstMs)
    else if (burst.length > maxRequests) burst.shift()
  } else if (type === "state") {
    takeState(JSON.parse(data) as State)
  }
}

function takeState(now: State): void {
  const before = state.value
  state.value = now
  if (before !== undefined && before.configuration !== now.configuration) void reload()
}

/** Another configuration has other routes. */
export async function reload(): Promise<void> {
  await refresh().catch(() => undefined)
}

/** Turns a switch. @param done what happened, for readers of a screen */
export async function control(change: Controls, done: string): Promise<void> {
  try {
    state.value = await call<State>("/api/controls", change)
    controlProblem.value = ""
    announcement.value = done
  } catch (error) {
    controlProblem.value = (error as Error).message
  }
}
