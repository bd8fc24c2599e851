import type { Observer } from "../shared/observer.ts"
import type { PowertoolsObserverOptions } from "./options.ts"
import type { Recorder } from "./recorder.ts"

/** An observer whose output may need a moment: await `written` before a Lambda handler returns. */
export interface PowertoolsObserver extends Observer {
  /** Resolves when everything that is due is on standard output. Never rejects. */
  written(): Promise<void>
  /** Writes the waiting metrics too, for an orderly shutdown. Never rejects. */
  flush(): Promise<void>
}

type Told = Exclude<keyof Recorder, "flush">

const nothing = Promise.resolve()

/**
 * Writes one structured record per refusal and per sampled allow (Powertools Logger), and metrics of everything in the
 * embedded metric format (Powertools Metrics), both to standard output: `docs/observe.md` has the whole list. Records hold
 * configured names, numbers, ids and reason codes: no token, claim set, header value or secret ever reaches this place.
 *
 * What does the work is loaded with the first decision: it costs 5 ms, which a start has no use for.
 */
export function createPowertoolsObserver(options: PowertoolsObserverOptions = {}): PowertoolsObserver {
  const settings = { ...options }
  let recorder: Recorder | undefined
  let loading: Promise<void> | undefined
  /** What was told before the recorder was there. */
  let early: ((to: Recorder) => void)[] = []

  /** What cannot be written must not disturb a decision; the next one tries again. */
  function load(): Promise<void> {
    loading ??= import("./recorder.ts")
      .then(({ createRecorder }) => {
        recorder = createRecorder(settings)
        for (const tell of early) tell(recorder)
      })
      .catch(() => {
        loading = undefined
      })
      .then(() => {
        early = []
      })
    return loading
  }

  /** @param wakes whether this is worth loading the recorder for */
  function teller<K extends Told>(name: K, wakes = true): Recorder[K] {
    return ((told: never) => {
      if (recorder !== undefined) return recorder[name](told)
      early.push((to) => to[name](told))
      if (wakes) void load()
    }) as Recorder[K]
  }

  return {
    configure: (observe) => void Object.assign(settings, observe),
    decision: teller("decision"),
    disagreement: teller("disagreement"),
    keySet: teller("keySet", false), // of key sets that stand in the configuration, at start; the first decision brings it
    keyFetch: teller("keyFetch"),
    keyEvent: teller("keyEvent"),
    secretFetch: teller("secretFetch"),
    secretEvent: teller("secretEvent"),
    fault: teller("fault"),
    written: () => (recorder === undefined && loading) || nothing, // once it is there, everything is written at once
    flush: async () => {
      if (early.length > 0) await load()
      recorder?.flush()
    },
  }
}
