import type { JSX } from "preact"
import { Icon } from "../show/icon.tsx"
import { change, type Draft, draft, withPersona } from "../state/draft.ts"
import { send, sending } from "../state/exchange.ts"
import { gateways, state } from "../state/stack.ts"
import { Defects } from "./defects.tsx"
import { Choose, Words } from "./field.tsx"
import { EdgeHeaders, OwnHeaders } from "./headers.tsx"

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

/** Composes a request. A change of the caller by hand ends the persona. */
export function ComposeForm(): JSX.Element {
  const now = draft.value
  const isConnect = gateways.value.find(({ name }) => name === now.gateway)?.kind === "websocket"
  const { vocabulary, issuers = [] } = state.value ?? {}
  const hasLocalIssuers = issuers.length === 0 || issuers.some(({ local }) => local)
  return (
    <form
      class="compose"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <ChooseGateway now={now} />
      {isConnect ? (
        <p class="hint">A WebSocket API asks its authorizer once, for the route $connect.</p>
      ) : (
        <>
          <ChooseRoute now={now} />
          <Target now={now} />
        </>
      )}
      <Caller now={now} />
      {now.issuer !== "" && (
        <>
          <Words
            label="Scopes"
            value={now.scopes}
            suggestions={vocabulary?.scopes ?? []}
            onChange={(scopes) => change({ scopes, persona: "" })}
          />
          <Words
            label="Groups"
            value={now.groups}
            suggestions={vocabulary?.groups ?? []}
            onChange={(groups) => change({ groups, persona: "" })}
          />
          <Defects now={now} />
        </>
      )}
      {!hasLocalIssuers && (
        <p class="note">
          The issuers of this configuration are the real ones, and the page cannot sign their tokens. Paste a token, add
          it as a header below, or start with <code>--local-issuers</code>.
        </p>
      )}
      <EdgeHeaders now={now} />
      <OwnHeaders now={now} />
      <div class="send">
        <button type="submit" class="primary" aria-disabled={sending.value}>
          <Icon name="send" />
          Send request
        </button>
        <span class="hint keys">
          <kbd>Ctrl</kbd>
          <kbd>Enter</kbd>
        </span>
      </div>
    </form>
  )
}

/** The API that the request goes to. */
export function ChooseGateway({ now }: { readonly now: Draft }): JSX.Element {
  return (
    <Choose
      label="API"
      value={now.gateway}
      choices={gateways.value.map(({ name, title }) => ({ value: name, label: title }))}
      onChoose={(gateway) => change({ gateway })}
    />
  )
}

function ChooseRoute({ now }: { readonly now: Draft }): JSX.Element {
  const examples = state.value?.examples.filter(({ route }) => route !== "$connect") ?? []
  const chosen = examples.find(({ method, path }) => method === now.method && path === now.path)?.route ?? ""
  return (
    <Choose
      label="Route"
      value={chosen}
      choices={[
        ...examples.map(({ route }) => ({ value: route, label: route })),
        ...(chosen === "" ? [{ value: "", label: "as written below" }] : []),
      ]}
      onChoose={(route) => {
        const example = examples.find((each) => each.route === route)
        if (example) change({ method: example.method, path: example.path })
      }}
    />
  )
}

/** Method and path of the request. */
export function Target({ now }: { readonly now: Draft }): JSX.Element {
  return (
    <div class="field">
      <span aria-hidden="true">Request</span>
      <div class="row target">
        <select
          aria-label="Method"
          value={now.method}
          onChange={({ currentTarget }) => change({ method: currentTarget.value })}
        >
          {[...new Set([...methods, now.method])].map((method) => (
            <option key={method}>{method}</option>
          ))}
        </select>
        <input
          aria-label="Path"
          value={now.path}
          spellcheck={false}
          autocomplete="off"
          onInput={({ currentTarget }) => change({ path: currentTarget.value })}
        />
      </div>
    </div>
  )
}

function Caller({ now }: { readonly now: Draft }): JSX.Element {
  const { issuers = [], personas = [] } = state.value ?? {}
  return (
    <>
      <Choose
        label="Caller"
        value={now.persona}
        choices={[
          { value: "", label: now.issuer === "" ? "no token" : "as set below" },
          ...personas.map(({ name, title }) => ({ value: name, label: title })),
        ]}
        onChoose={(name) => {
          const persona = personas.find((each) => each.name === name)
          change(persona ? withPersona(persona) : { persona: "", claims: {} })
        }}
      />
      <Choose
        label="Issuer"
        value={now.issuer}
        choices={[
          ...issuers
            .filter((issuer) => issuer.local)
            .map(({ name, down }) => ({ value: name, label: down ? `${name} (down)` : name })),
          { value: "", label: "no token" },
        ]}
        onChoose={(issuer) => change({ issuer, persona: "", claims: {} })}
      />
    </>
  )
}
