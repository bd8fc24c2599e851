import type { Report } from "../problems/option-checks.ts"
import { nameOf } from "./iot-resources.ts"
import { namesIn } from "./iot-substitutions.ts"

/** A text of a statement, and its path. */
export interface PlacedText {
  readonly text: string
  readonly place: string
}

/** What a statement has to do with client ids. */
export interface ClientIdUse {
  readonly place: string
  /** It lets the client choose its id, as far as a wildcard reaches. */
  readonly isChoice: boolean
  /** It means another thing for another id. */
  readonly isDependent: boolean
}

interface StatementTexts {
  readonly allows: boolean
  readonly actions: readonly PlacedText[]
  readonly resources: readonly PlacedText[]
  readonly condition: unknown
  readonly path: string
}

const clientId = /\$\{iot:ClientId\}/i

export function clientIdUses({ allows, actions, resources, condition, path }: StatementTexts): readonly ClientIdUse[] {
  const connects = allows && actions.some(({ text }) => /^iot:(?:connect$|.*[*?])/i.test(text))
  const uses = resources.map(({ text, place }): ClientIdUse => {
    const isOpen = isOpenToClients(text)
    return { place, isChoice: connects && isOpen, isDependent: !isOpen && clientId.test(text) }
  })
  const isDependent = clientId.test(JSON.stringify(condition) ?? "")
  return [...uses, { place: `${path}.Condition`, isChoice: false, isDependent }]
}

/**
 * Whether the client decides which of several ids it has: a wildcard, or the id itself, with nothing of the caller
 * before it. After `{principalId}` or `{device}/` a client chooses among its own ids only.
 */
function isOpenToClients(resource: string): boolean {
  const name = nameOf(resource)
  if (name !== "*" && !name.startsWith("client/")) return false
  const at = name.search(/[*?]|\$\{iot:ClientId\}/i)
  return at >= 0 && namesIn(name.slice(0, at)).length === 0
}

/**
 * `${iot:ClientId}` becomes what the client calls itself: the id of another device, or `+`, which is every id (AWS IoT
 * Core developer guide, "Basic policy variables"). So it needs an iot:Connect for certain ids.
 */
export function checkClientIds(uses: readonly ClientIdUse[], report: Report): void {
  const choice = uses.find(({ isChoice }) => isChoice)
  const dependent = uses.find(({ isDependent }) => isDependent)
  if (choice === undefined || dependent === undefined) return
  report(
    dependent.place,
    `is for the client id, and ${choice.place} lets the client choose any that fits. ` +
      "Allow iot:Connect for client/{principalId} or client/{principalId}-* only",
  )
}
