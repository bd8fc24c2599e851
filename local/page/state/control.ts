import { type ControlProblem, maxBodyBytes, tokenHeader } from "../../server/control-api.ts"

/** A refusal of the control API, or a server that does not answer. The message is for people. */
export class ControlError extends Error {
  override readonly name: string = "ControlError"
  readonly status: number

  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

const token = document.querySelector<HTMLMetaElement>('meta[name="hallpass-token"]')?.content ?? ""

/** Calls the control API; without a body it is a GET. Rejects with a ControlError only. */
export async function call<T>(path: string, body?: object, signal?: AbortSignal): Promise<T> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  if (text !== undefined && new Blob([text]).size > maxBodyBytes)
    throw new ControlError(`This is larger than ${maxBodyBytes / 1024} KB, so it was not sent. Shorten it.`, 413)
  const response = await reach(path, {
    method: text === undefined ? "GET" : "POST",
    headers: { [tokenHeader]: token, ...(text !== undefined && { "content-type": "application/json" }) },
    ...(text !== undefined && { body: text }),
    ...(signal && { signal }),
  })
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.ok && answer !== undefined) return answer as T
  const { message, problems = [] } = Object(answer) as Partial<ControlProblem>
  const said = problems
    .map(({ path: at, message: text, remedy }) => `${at} ${text}${remedy && `. ${remedy}`}`)
    .join("\n")
  throw new ControlError(said || (message ?? `The local stack answered ${response.status}.`), response.status)
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, cache: "no-store", credentials: "omit", redirect: "error" })
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error
    throw new ControlError("The local stack does not answer. Start it again in the terminal.", 0)
  }
}

/** Reads the stream of events until it ends. @param onEvent name of the type, and the data as JSON text */
export async function readEvents(onEvent: (type: string, data: string) => void): Promise<void> {
  const response = await reach("/api/events", { headers: { [tokenHeader]: token } })
  if (!response.ok || response.body === null)
    throw new ControlError("The stream of events did not start.", response.status)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ""
  for (;;) {
    const { done, value = "" } = await reader.read().catch(() => ({ done: true, value: "" }))
    if (done) return
    const blocks = (text + value).split(/\r?\n\r?\n/)
    text = blocks.pop() ?? ""
    for (const block of blocks) {
      const field = (name: string): string =>
        block
          .split(/\r?\n/)
          .filter((line) => line.startsWith(`${name}:`))
          .map((line) => line.slice(name.length + 1).replace(/^ /, ""))
          .join("\n")
      if (field("data") !== "") onEvent(field("event"), field("data"))
    }
  }
}
