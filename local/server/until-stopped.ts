import type { LocalStack } from "../stack/stack.ts"
import { serveStack } from "./serve.ts"

/**
 * Serves a stack until Ctrl-C or SIGTERM, and then stops it.
 *
 * @param print writes one line for people
 */
export async function serveUntilStopped(stack: LocalStack, port: number, print: (text: string) => void): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve())
  })
  const { page, moved, token, gateways, close } = await serveStack(stack, port)
  if (moved) print(`Port ${port} is in use, so the page has the next free one.`)
  print("")
  print(`page: ${page}`)
  for (const { name } of stack.deployment.apis.values()) print(`${name}: ${gateways.get(name)}`)
  print(`control token: ${token}`)
  print("Ctrl-C ends it.")
  await stopped
  await close()
}
