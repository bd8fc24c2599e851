import { type Signal, signal } from "@preact/signals"
import type { Approach, Comparison, ComparisonWish } from "../../server/control-api.ts"
import { counted } from "../show/quantity.ts"
import { call } from "./control.ts"
import { announcement, state } from "./stack.ts"

export const result: Signal<Comparison | undefined> = signal(undefined)
export const problem: Signal<string> = signal("")
export const running: Signal<boolean> = signal(false)
/** Empty: the sequence of the server. */
export const lines: Signal<string> = signal("")
export const caller: Signal<string> = signal("")
export const ttl: Signal<string> = signal("300")

/** The authorizers, as columns. */
export const approaches: readonly (readonly [Approach, string])[] = [
  ["exact", "exact ARN"],
  ["star", "star"],
  ["hallpass", "hallpass"],
]

/** The lines that the server's own sequence had, to know whether they were changed. */
let ownLines = ""

/** Sends the sequence through each authorizer. */
export async function replay(): Promise<void> {
  if (running.value) return
  running.value = true
  problem.value = ""
  try {
    const wish = wishOf(lines.value)
    const comparison = await call<Comparison>("/api/comparison", wish)
    result.value = comparison
    if (wish.requests === undefined) {
      ownLines = comparison.rows.map(({ request }) => request).join("\n")
      lines.value = ownLines
    }
    announcement.value = approaches.map(([name, title]) => `${title}: ${wrongText(comparison, name)}.`).join(" ")
  } catch (error) {
    problem.value = (error as Error).message
  } finally {
    running.value = false
  }
}

function wishOf(text: string): ComparisonWish {
  const resultTtlSeconds = Number(ttl.value)
  const written = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
  if (caller.value === "" && (written.length === 0 || text === ownLines)) return { resultTtlSeconds }
  const persona = state.value?.personas.find(({ name }) => name === caller.value) ?? state.value?.personas[0]
  return {
    resultTtlSeconds,
    requests: written.map((line, at) => {
      const [, method, path] = /^(\S+)\s+(\/\S*)$/.exec(line) ?? []
      if (method === undefined || path === undefined)
        throw new Error(`Line ${at + 1} is no request. Write a method and a path, such as GET /orders/7.`)
      return { method, path, ...(persona && { token: { issuer: persona.issuer, claims: persona.claims } }) }
    }),
  }
}

/** How many answers of an authorizer are wrong. */
export function wrongText({ rows }: Comparison, approach: Approach): string {
  const wrong = rows.filter(({ results }) => !results[approach].right).length
  return wrong === 0 ? "all right" : `${counted(wrong, "answer")} wrong`
}
