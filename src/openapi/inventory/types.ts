/** The kind of an API. `unknown`: an OpenAPI document without an extension that tells REST and HTTP APIs apart. */
export type ApiKind = "rest" | "http" | "websocket" | "unknown"

/**
 * What API Gateway asks before it calls the backend of a route. `hallpass` and `other` are Lambda authorizers;
 * `unknown` is one that the document does not show; `none` and `api-key` let every caller in who has the key, if one is
 * needed.
 */
export type AuthorizerKind = "hallpass" | "other" | "jwt" | "cognito" | "iam" | "api-key" | "none" | "unknown"

/** One route of an API, with its authorizer. */
export interface InventoryRoute {
  /**
   * As a route table writes it: `GET /orders/{id}`, `$default`, `$connect`; of WebSocket APIs also other route keys.
   */
  readonly route: string
  readonly kind: ApiKind
  readonly authorizer: AuthorizerKind
  /** The authorizer's name, or why there is none. */
  readonly detail?: string
  /** The key of the rule that decides, if a configuration was compared. */
  readonly rule?: string
  /** The API's name in the document. */
  readonly api: string
}

/** Something that was found, with what to do. */
export interface InventoryFinding {
  readonly severity: "error" | "warning" | "info"
  readonly route?: string
  readonly message: string
  readonly remedy: string
}

/** How a Lambda authorizer is set. A member is absent if the document does not show its value. */
export interface AuthorizerSettings {
  readonly form?: "TOKEN" | "REQUEST"
  readonly resultTtlSeconds?: number
  readonly identitySources?: readonly string[]
  /** HTTP APIs only, and so is the next. */
  readonly payloadFormatVersion?: string
  readonly simpleResponses?: boolean
}

/** A Lambda authorizer of an API that counts as hallpass. */
export interface InventoryAuthorizer {
  readonly name: string
  readonly settings: AuthorizerSettings
}

/** One API of a document. */
export interface InventoryApi {
  readonly name: string
  readonly kind: ApiKind
  readonly authorizers: readonly InventoryAuthorizer[]
  /** What the resource policy of a REST API says on its own; every private API needs one that allows. */
  readonly resourcePolicy: "allows" | "silent" | "unknown"
}

/** Which route of an API has which authorizer. */
export interface Inventory {
  readonly routes: readonly InventoryRoute[]
  readonly findings: readonly InventoryFinding[]
  readonly apis: readonly InventoryApi[]
}

/** How to read a document whose meaning it does not show itself. */
export interface InventoryOptions {
  /** Routes that are meant to be open, such as `GET /health`. The names of parameters do not count. */
  readonly public?: readonly string[]
  /** The name of the Lambda authorizer that is hallpass; also its logical id, its function, or its id. */
  readonly authorizer?: string
  /** Documents that a template names by a file (`DefinitionUri`, `AWS::Include`), parsed. */
  readonly files?: ReadonlyMap<string, unknown>
}

// What the readers hand over.

/** An authorizer as a document describes it. */
export interface AuthorizerReading {
  readonly name: string
  /** Further names by which a person may call it. */
  readonly ids: readonly string[]
  readonly means: "lambda" | "jwt" | "cognito" | "unknown"
  /** Names of the function, as far as the document shows them. */
  readonly functions: readonly string[]
  /** Whether its name or its function shows that it is hallpass. */
  readonly marked: boolean
  readonly settings: AuthorizerSettings
}

/** What one route asks. */
export interface RouteAuth {
  readonly means: "lambda" | "jwt" | "cognito" | "iam" | "none" | "unknown"
  /** Undefined for a Lambda authorizer of which the document shows no more than that it is one. */
  readonly authorizer?: AuthorizerReading
  readonly apiKey?: boolean
  readonly detail?: string
  /** Whether the document contradicts itself here, so that it cannot be deployed or does not do what it says. */
  readonly broken?: boolean
}

export interface RouteReading {
  readonly route: string
  readonly auth: RouteAuth
}

export interface ApiReading {
  readonly name: string
  readonly kind: ApiKind
  readonly routes: readonly RouteReading[]
  readonly resourcePolicy: InventoryApi["resourcePolicy"]
  /** Parts of the API that the document does not show, as sentences about it. */
  readonly unread: readonly string[]
}

export const open: RouteAuth = { means: "none" }

/** From what lets most callers in to what lets fewest in: of several possible values the first counts. */
const order: readonly RouteAuth["means"][] = ["none", "unknown", "iam", "cognito", "jwt", "lambda"]

/** Of what a route may ask under different conditions, the one that lets most callers in. */
export function weakest(choices: readonly RouteAuth[]): RouteAuth {
  const [first = open, ...others] = choices.toSorted((a, b) => order.indexOf(a.means) - order.indexOf(b.means))
  const differ = others.some(({ means }) => means !== first.means)
  return differ ? { ...first, detail: `${first.detail ?? "no authorizer"}, under a condition` } : first
}
