import { createInterface } from "node:readline/promises"
import { UsageError } from "../frame/command.ts"
import { suggested } from "../frame/suggestion.ts"
import type { Prompt } from "./answers.ts"

/**
 * Where a person answers: standard input, with the questions on standard error, so that standard output stays the
 * result's.
 */
export interface Terminal {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

/** Asks on a terminal, line by line. `close` gives the terminal back. */
export function promptOn({ input, output }: Terminal): Prompt & { close(): void } {
  const lines = createInterface({ input, output })
  const stopped = Promise.withResolvers<never>()
  stopped.promise.catch(() => undefined)
  lines.on("close", () => stopped.reject(new UsageError("stopped; nothing was written")))
  lines.on("SIGINT", () => lines.close())
  const ask = (question: string): Promise<string> => Promise.race([lines.question(question), stopped.promise])
  return {
    async text(question, otherwise) {
      while (true) {
        const answer = (await ask(`${question}${otherwise ? ` [${otherwise}]` : ""}: `)).trim()
        if (answer !== "" || otherwise !== undefined) return answer
      }
    },
    async choice(question, choices) {
      output.write(`${question}\n${choices.map((choice, at) => `  ${at + 1}  ${choice}\n`).join("")}`)
      while (true) {
        const answer = (await ask("Number or name: ")).trim()
        const found = choices.find((choice, at) => choice === answer || String(at + 1) === answer)
        if (found !== undefined) return found
        if (answer !== "") output.write(`One of these is needed${suggested(answer, choices)}\n`)
      }
    },
    note: (line) => void output.write(`${line}\n`),
    close: () => lines.close(),
  }
}
