import type { Classification } from "./classify.ts"
import { routeShape } from "./route-shape.ts"
import type { ApiReading, InventoryFinding, InventoryOptions, InventoryRoute } from "./types.ts"

/** What is wrong with the routes on their own, without a configuration. */
export function findingsOf(
  apis: readonly ApiReading[],
  routes: readonly InventoryRoute[],
  { undecided }: Classification,
  options: InventoryOptions,
): readonly InventoryFinding[] {
  const publicShapes = new Map((options.public ?? []).map((route) => [routeShape(route), route]))
  const findings: InventoryFinding[] = []
  let at = 0
  for (const api of apis) {
    for (const { auth } of api.routes) {
      const route = routes[at++] as InventoryRoute
      const isPublic = publicShapes.size > 0 && publicShapes.has(routeShape(route.route))
      const found = isPublic ? publicFinding(route) : routeFinding(route, auth.broken === true)
      if (found !== undefined) findings.push({ ...found, route: route.route })
    }
    if (api.kind === "websocket" && !api.routes.some(({ route }) => route === "$connect") && api.routes.length > 0)
      findings.push({
        severity: "error",
        route: "$connect",
        message: `${api.name} has no $connect route, so every client can connect`,
        remedy: "Add the route $connect with the authorizer.",
      })
    for (const part of api.unread)
      findings.push({
        severity: "warning",
        message: `${api.name}: ${part} was not read, so its routes are unknown`,
        remedy: "Give that document with --api, or the synthesised template.",
      })
  }
  const shapes = publicShapes.size > 0 ? new Set(routes.map(({ route }) => routeShape(route))) : undefined
  for (const [shape, route] of publicShapes)
    if (!shapes?.has(shape))
      findings.push({
        severity: "warning",
        route,
        message: "is listed as public, and the API has no such route",
        remedy: "Correct the route, or leave it out of the public ones.",
      })
  if (undecided.length > 1)
    findings.push({
      severity: "warning",
      message: `there are several Lambda authorizers (${undecided.slice(0, 5).join(", ")}), and all count as hallpass`,
      remedy: "Name the one that is hallpass (--authorizer).",
    })
  if (routes.length === 0 && apis.every(({ unread }) => unread.length === 0))
    findings.push({
      severity: "warning",
      message: "no route was found",
      remedy: "Check that this is the document that defines the API.",
    })
  return findings
}

type Found = Omit<InventoryFinding, "route">

const attach = "Give it the authorizer, or list it with --public if everyone may call it."

function routeFinding({ route, kind, authorizer, detail }: InventoryRoute, broken: boolean): Found | undefined {
  const isPreflight = route.startsWith("OPTIONS ")
  switch (authorizer) {
    case "none":
      if (kind === "websocket" && route !== "$connect") return undefined // what $connect let in
      if (isPreflight)
        return {
          severity: "info",
          message: "has no authorizer, which is right for preflights: browsers send them without a token",
          remedy: "Let its backend do nothing but answer preflights.",
        }
      return { severity: "error", message: `has no authorizer${because(detail)}`, remedy: attach }
    case "api-key":
      return {
        severity: "error",
        message: "demands an API key only, and a key does not show who calls",
        remedy: attach,
      }
    case "unknown":
      if (broken)
        return {
          severity: "error",
          message: `has no authorizer that works: it names ${detail}`,
          remedy: "Correct the reference.",
        }
      return {
        severity: "warning",
        message: `has an authorizer that cannot be read here${because(detail)}`,
        remedy: "Check it in the account (check --account).",
      }
    case "hallpass":
      if (!isPreflight || kind === "websocket") return undefined
      return {
        severity: "warning",
        message: "has the authorizer, but browsers send preflights without a token, and get 401",
        remedy: "Leave preflights without an authorizer (in SAM: AddDefaultAuthorizerToCorsPreflight: false).",
      }
    default:
      return kind === "websocket" && route !== "$connect" ? undefined : otherFinding(authorizer, detail)
  }
}

const words = {
  iam: "AWS IAM decides",
  jwt: "a JWT authorizer decides",
  cognito: "a Cognito authorizer decides",
  other: "another Lambda authorizer decides",
} as const

function otherFinding(authorizer: keyof typeof words, detail: string | undefined): Found {
  const name = detail === undefined ? "" : ` (${detail})`
  return {
    severity: "info",
    message: `${words[authorizer]}${name}, so hallpass is not asked`,
    remedy: "Nothing, if that is meant.",
  }
}

function publicFinding({ authorizer, detail }: InventoryRoute): Found | undefined {
  if (authorizer === "none" || authorizer === "api-key") return undefined
  return {
    severity: "warning",
    message: `is listed as public, but has an authorizer${detail === undefined ? "" : ` (${detail})`}`,
    remedy: "Remove the authorizer, or leave the route out of the public ones.",
  }
}

const because = (detail: string | undefined): string => (detail === undefined ? "" : `: ${detail}`)
