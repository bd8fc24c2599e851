import type { ServerResponse } from "node:http"
import type { LocalStack } from "../stack/stack.ts"
import { stateOf } from "../stack/state.ts"
import type { StackEvent } from "./control-api.ts"

const stillOpenMs = 15_000
/** A reader that does not read gets no more events: they are dropped, not collected. */
const maxWaitingBytes = 1024 * 1024

/** Sends server-sent events until the reader goes. */
export function streamEvents(stack: LocalStack, response: ServerResponse): void {
  response.writeHead(200, {
    ...{ "content-type": "text/event-stream", "cache-control": "no-store", "x-content-type-options": "nosniff" },
    "cross-origin-resource-policy": "same-origin",
  })
  const send = ({ type, data }: StackEvent): void => {
    if (response.writableLength < maxWaitingBytes) response.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  send({ type: "state", data: stateOf(stack) })
  const ends = [
    stack.requests.listen((data) => send({ type: "request", data })),
    stack.onChange(() => send({ type: "state", data: stateOf(stack) })),
  ]
  const timer = setInterval(() => response.write(": still open\n\n"), stillOpenMs)
  response.on("close", () => {
    clearInterval(timer)
    for (const end of ends) end()
  })
}
