import { fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Prepared } from "../tokens.ts"
import type { Subject } from "./bundles.ts"
import { allows, eventWith } from "./event.ts"
import { createQuota, type Quota } from "./quota.ts"
import { startFunction } from "./samples.ts"

/** A size of Lambda function, and the share of one core that comes with it. */
export interface Size {
  readonly memoryMb: number
  readonly share: number
}

/** "At 1,769 MB, a function has the equivalent of one vCPU"; the share is proportional. Source: AWS Lambda, Configure memory. */
export const sizes: readonly Size[] = [128, 256, 512].map((memoryMb) => ({ memoryMb, share: memoryMb / 1769 }))

/** One way to be small: by a quota of the kernel, or, where none can be had, by arithmetic. */
export interface Machine {
  readonly how: string
  readonly quota: Quota | undefined
  /** What a duration measured here is on the small machine. */
  scaled(duration: number, share: number): number
  close(): void
}

export function createMachine(): Machine {
  const quota = createQuota()
  return {
    how: quota?.how ?? "NO QUOTA CAN BE HAD HERE: durations at a full core, divided by the share",
    quota,
    // Everything measured is work of the processor and next to no waiting, so that a share of it takes so much longer.
    scaled: (duration, share) => (quota === undefined ? duration / share : duration),
    close: () => quota?.close(),
  }
}

/** What is sent to the function: tokens to warm it with, one that it knows by then, and new ones. */
export interface Traffic {
  readonly warmUp: readonly Prepared[]
  readonly known: Prepared
  readonly fresh: readonly Prepared[]
  /** How many times the known one is sent. */
  readonly repeats: number
}

/** Durations of single requests. */
export interface Durations {
  readonly hit: readonly number[]
  readonly miss: readonly number[]
}

/** The handler in a loop of its own process, warm. Microseconds per request. */
export async function walks(
  subject: Subject,
  machine: Machine,
  { share }: Size,
  { warmUp, known, fresh, repeats }: Traffic,
  variables: { readonly [name: string]: string },
): Promise<Durations> {
  const url = pathToFileURL(join(subject.folder, `${subject.entry}.mjs`)).href
  const child = fork(join(import.meta.dirname, "walk.mjs"), [url], {
    env: { TZ: ":UTC", ...variables },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  })
  const exited = once(child, "exit")
  const said = async (): Promise<number[]> => {
    const message = await Promise.race([once(child, "message"), exited.then(() => undefined)])
    if (message === undefined) throw new Error("the loop ended early")
    return message[0] as number[]
  }
  const part = async (tokens: readonly Prepared[]): Promise<number[]> => {
    child.send({ event: eventWith(known), tokens: tokens.map(({ token }) => token) })
    return (await said()).map((micros) => machine.scaled(micros, share))
  }
  machine.quota?.set(1)
  machine.quota?.add(child.pid ?? 0)
  await said()
  const repeated = Array<Prepared>(repeats).fill(known)
  await part(warmUp)
  await part(repeated)
  machine.quota?.set(share)
  const [hit, miss] = [await part(repeated), await part(fresh)]
  child.disconnect()
  await exited
  return { hit, miss }
}

/** The function under the runtime client, warm, one event after the other. Milliseconds as the Lambda service sees them. */
export async function invocations(
  subject: Subject,
  client: string,
  machine: Machine,
  { share }: Size,
  { warmUp, known, fresh, repeats }: Traffic,
  variables: { readonly [name: string]: string },
): Promise<Durations> {
  machine.quota?.set(1)
  const limit = (pid: number): void => machine.quota?.add(pid)
  const started = await startFunction(subject, { node: process.execPath, limit }, client, variables, eventWith(known))
  const part = async (tokens: readonly Prepared[]): Promise<number[]> => {
    const durations: number[] = []
    for (const token of tokens) {
      const { durationMs, answer } = await started.invoke(eventWith(token))
      if (!allows(answer, token)) throw new Error("a good token was refused")
      durations.push(machine.scaled(durationMs, share))
    }
    return durations
  }
  const repeated = Array<Prepared>(repeats).fill(known)
  try {
    await part(warmUp)
    await part(repeated)
    machine.quota?.set(share)
    return { hit: await part(repeated), miss: await part(fresh) }
  } finally {
    await started.stop()
  }
}

/** Cold starts under the runtime client, limited from the first instruction on. Milliseconds. */
export async function coldStarts(
  subject: Subject,
  client: string,
  machine: Machine,
  { share }: Size,
  known: Prepared,
  rounds: number,
  variables: { readonly [name: string]: string },
): Promise<{ readonly ready: readonly number[]; readonly answer: readonly number[] }> {
  machine.quota?.set(share)
  const limit = (pid: number): void => machine.quota?.add(pid)
  const [ready, answer]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    const started = await startFunction(subject, { node: process.execPath, limit }, client, variables, eventWith(known))
    await started.stop()
    if (!allows(started.answer, known)) throw new Error("a good token was refused")
    ready.push(machine.scaled(started.readyMs, share))
    answer.push(machine.scaled(started.answerMs, share))
  }
  return { ready, answer }
}
