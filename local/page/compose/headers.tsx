import type { JSX } from "preact"
import { Icon } from "../show/icon.tsx"
import { change, type Draft } from "../state/draft.ts"
import { hasEdge } from "../state/edge.ts"
import { state } from "../state/stack.ts"
import { TextField } from "./field.tsx"

/** Identity headers of the configured edge. */
export function EdgeHeaders({ now }: { readonly now: Draft }): JSX.Element | null {
  const edge = state.value?.edge
  if (edge === undefined || !hasEdge(now.gateway)) return null
  return (
    <fieldset class="headers">
      <legend>Headers of the edge</legend>
      {Object.entries(now.edgeHeaders).map(([name, value]) => (
        <TextField
          key={name}
          label={name}
          value={value}
          onChange={(text) => change({ edgeHeaders: { ...now.edgeHeaders, [name]: text } })}
        />
      ))}
      {edge.signs && (
        <label class="check">
          <input type="checkbox" checked={now.edgeSigns} onChange={() => change({ edgeSigns: !now.edgeSigns })} />
          with the edge's signature
        </label>
      )}
    </fieldset>
  )
}

/** Headers that the client adds. */
export function OwnHeaders({ now }: { readonly now: Draft }): JSX.Element {
  const set = (at: number, pair: readonly [string, string] | undefined): void =>
    change({ headers: now.headers.flatMap((each, index) => (index === at ? (pair ? [pair] : []) : [each])) })
  return (
    <details class="headers">
      <summary>
        More headers
        {now.headers.length > 0 && <span class="count">{now.headers.length}</span>}
      </summary>
      {now.headers.map(([name, value], at) => (
        <div class="row header" key={at}>
          <input
            aria-label={`Name of header ${at + 1}`}
            placeholder="x-name"
            value={name}
            spellcheck={false}
            autocomplete="off"
            onInput={({ currentTarget }) => set(at, [currentTarget.value, value])}
          />
          <input
            aria-label={`Value of header ${at + 1}`}
            placeholder="value"
            value={value}
            spellcheck={false}
            autocomplete="off"
            onInput={({ currentTarget }) => set(at, [name, currentTarget.value])}
          />
          <button type="button" class="quiet" aria-label={`Remove header ${at + 1}`} onClick={() => set(at, undefined)}>
            <Icon name="remove" />
          </button>
        </div>
      ))}
      <button type="button" class="quiet" onClick={() => change({ headers: [...now.headers, ["", ""]] })}>
        <Icon name="add" />
        Add a header
      </button>
    </details>
  )
}
