import { afterPost } from "../shared/after-answer.ts"
import { Deferred } from "../shared/deferred.ts"
import type { Observer } from "../types/observer.ts"
import { faultDescribers } from "./fault-describers.ts"
import type { PowertoolsObserverOptions } from "./options.ts"
import type { Recorder } from "./recorder.ts"

/** An observer whose output may need a moment: await `recorded` before a Lambda handler returns. */
export interface PowertoolsObserver extends Observer {
  /**
   * Resolves when every record is on standard output. The first metrics, of a decision without a record, follow within
   * ten turns of the event loop, in which a runtime client posts the answer. Loading what writes them takes 12 ms.
   * Never rejects.
   */
  recorded(): Promise<void>
  /** Whether every record is written at once from now on: then nothing has to be awaited. */
  readonly writesAtOnce: boolean
  /** Writes the waiting metrics too, for an orderly shutdown. Never rejects. */
  flush(): Promise<void>
  /** @deprecated Removed. @throws TypeError that names its successors */
  written(): never
}

type Told = Exclude<keyof Recorder, "flush">

/** What is recorded is written before the answer is returned; what is only counted waits until it is out. */
type Worth = "now" | "soon" | "nothing"
const now = (): Worth => "now"
const soon = (): Worth => "soon"
const nowIfFailed = ({ ok }: { readonly ok: boolean }): Worth => (ok ? "soon" : "now")

const nothing = Promise.resolve()

/**
 * Writes one structured record per refusal and per sampled allow (Powertools Logger), and metrics of everything in the
 * embedded metric format (Powertools Metrics). Both go to standard output, and `docs/observe.md` lists them. Records
 * hold configured names, numbers, ids and reason codes. They hold no token, claim set, header value or secret.
 *
 * The code that writes is loaded after the first answer, or before it if there is a record to write. Loading takes 12
 * ms, a fifth of the time from a cold start to its answer (170 ms on the smallest Lambda).
 *
 * @param options service name, namespace, clock, and what the `observe` block says otherwise
 * @example
 * ```ts
 * import { createAuthorizer } from "hallpass"
 * import { createPowertoolsObserver } from "hallpass/observe"
 * import { createTestIssuer } from "hallpass/testing"
 *
 * const { config } = createTestIssuer({ provider: "okta" })
 * const observer = createPowertoolsObserver({ serviceName: "orders", metricsNamespace: "Shop" })
 * const authorizer = createAuthorizer({ issuers: [config] }, { observer })
 *
 * export async function handler(event: unknown): Promise<unknown> {
 *   try {
 *     return await authorizer.handler(event)
 *   } finally {
 *     await observer.recorded()
 *   }
 * }
 *
 * const methodArn = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders"
 * const event = { type: "TOKEN", methodArn, authorizationToken: "" }
 * await handler(event).catch(({ message }) => console.log(message)) // Unauthorized
 * ```
 */
export function createPowertoolsObserver(options: PowertoolsObserverOptions = {}): PowertoolsObserver {
  const settings = { ...options }
  const recorder = new Deferred(async () => (await import("./recorder.ts")).createRecorder(settings))

  /**
   * @param worth what this is worth where the recorder is not there: to load it now, soon, or not on its own account
   */
  function teller<K extends Told>(name: K, worth: (told: Parameters<Recorder[K]>[0]) => Worth): Recorder[K] {
    return ((told: never) => {
      const { value: loaded } = recorder
      if (loaded !== undefined) return loaded[name](told) // without a function made for each decision
      const tell = (it: Recorder): void => it[name](told)
      const loading = worth(told)
      if (loading === "now") recorder.use(tell)
      else if (loading === "soon") recorder.useAfter(afterPost, tell)
      else recorder.keep(tell)
    }) as Recorder[K]
  }

  const recorded = (): Promise<void> => recorder.loading ?? nothing

  const observer: PowertoolsObserver = {
    configure: (observe) => void Object.assign(settings, observe),
    decision: teller("decision", ({ outcome }) => {
      const { sampleAllows = 0, flushAfterSeconds } = settings
      return outcome === "allow" && sampleAllows === 0 && flushAfterSeconds !== 0 ? "soon" : "now"
    }),
    disagreement: teller("disagreement", now),
    keySet: teller("keySet", () => "nothing"), // of key sets in the configuration, at start
    keyFetch: teller("keyFetch", nowIfFailed),
    keyEvent: teller("keyEvent", soon),
    secretFetch: teller("secretFetch", nowIfFailed),
    secretEvent: teller("secretEvent", soon),
    fault: teller("fault", now),
    recorded,
    get writesAtOnce() {
      return recorder.value !== undefined
    },
    written: () => {
      throw new TypeError("written() was removed: await recorded() before a handler returns, and flush() at shutdown.")
    },
    flush: async () => {
      if (recorder.isAwaited) await recorder.loaded()
      recorder.value?.flush()
      await recorded()
    },
  }
  faultDescribers.add(observer)
  return observer
}
