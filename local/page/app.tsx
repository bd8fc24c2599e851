import { type Signal, signal } from "@preact/signals"
import type { JSX } from "preact"
import { GatewayPanel } from "./answer/gateway.tsx"
import { WalkPanel } from "./answer/walk.tsx"
import { RequestPanel } from "./compose/panel.tsx"
import { Strip } from "./dock/strip.tsx"
import { Switches } from "./dock/switches.tsx"
import { Icon } from "./show/icon.tsx"
import { offsetText } from "./show/quantity.ts"
import { Text } from "./show/text.tsx"
import { draft } from "./state/draft.ts"
import { announcement, connected, gateways, state, table } from "./state/stack.ts"
import { ComparisonTab } from "./tabs/comparison.tsx"
import { ConfigurationTab } from "./tabs/configuration.tsx"
import { RoutesTab } from "./tabs/routes.tsx"

const tabs = [
  ["request", "One request"],
  ["routes", "Routes"],
  ["comparison", "Exact / star / hallpass"],
  ["configuration", "Configuration"],
] as const
type Tab = (typeof tabs)[number][0]
const tabOfAddress = (): Tab => tabs.find(([name]) => `#${name}` === location.hash)?.[0] ?? "request"
const tab: Signal<Tab> = signal(tabOfAddress())
addEventListener("hashchange", () => {
  tab.value = tabOfAddress()
})

/** The whole page. */
export function App(): JSX.Element {
  return (
    <>
      <a class="skip" href="#panel">
        Skip to the content
      </a>
      <Head />
      <main>
        <div id="panel" role="tabpanel" tabIndex={-1} aria-labelledby={`tab-${tab.value}`} data-tab={tab.value}>
          {tab.value === "request" && (
            <div class="panels">
              <RequestPanel />
              <WalkPanel />
              <GatewayPanel />
            </div>
          )}
          {tab.value === "routes" && <RoutesTab />}
          {tab.value === "comparison" && <ComparisonTab />}
          {tab.value === "configuration" && <ConfigurationTab />}
        </div>
      </main>
      <footer class="dock">
        <Strip />
        <Switches />
      </footer>
      <div class="hidden" role="status">
        {announcement.value}
      </div>
    </>
  )
}

function Head(): JSX.Element {
  return (
    <header class="head">
      <h1>
        <Icon name="allow" /> hallpass
      </h1>
      <Tabs />
      <Where />
    </header>
  )
}

function Tabs(): JSX.Element {
  const choose = (name: Tab, focus: boolean): void => {
    tab.value = name
    history.replaceState(null, "", `#${name}`)
    if (focus) document.getElementById(`tab-${name}`)?.focus()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = tabs.findIndex(([name]) => name === tab.value)
    const step: { readonly [key: string]: number } = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1 + tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }
    const to = step[event.key]
    if (to === undefined) return
    event.preventDefault()
    const [name] = tabs[to % tabs.length] ?? tabs[0]
    choose(name, true)
  }
  return (
    <div class="tabs" role="tablist" aria-label="Views" onKeyDown={onKeyDown}>
      {tabs.map(([name, title]) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          aria-selected={tab.value === name}
          aria-controls="panel"
          tabIndex={tab.value === name ? 0 : -1}
          onClick={() => choose(name, false)}
        >
          {title}
          {name === "routes" && (table.value?.conflicts.length ?? 0) > 0 && (
            <span class="count bad">{table.value?.conflicts.length} in conflict</span>
          )}
          {name === "configuration" && state.value?.brokenConfiguration !== undefined && (
            <span class="count bad">has problems</span>
          )}
        </button>
      ))}
    </div>
  )
}

function Where(): JSX.Element {
  const offset = state.value?.controls.clockOffsetSeconds ?? 0
  const down = state.value?.controls.issuerDown
  const gateway = gateways.value.find(({ name }) => name === draft.value.gateway)
  return (
    <p class="where">
      {!connected.value ? (
        <span class="tag bad">
          <Icon name="unavailable" /> no connection to the local stack
        </span>
      ) : (
        <>
          {down != null && (
            <span class="tag bad">
              <Text of={down} /> is down
            </span>
          )}
          {state.value?.mode === "dev" && (
            <span>
              <Text of={state.value.source} limit={80} />
            </span>
          )}
          {offset !== 0 && <span class="tag">clock {offsetText(offset)}</span>}
          {gateway !== undefined && (
            <span>
              gateway <code>{gateway.url}</code>
            </span>
          )}
        </>
      )}
    </p>
  )
}
