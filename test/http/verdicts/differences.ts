/** One pair of a caller and a request, as two ways to ask judged it. */
export interface Pair {
  readonly judge: string
  readonly caller: string
  readonly request: string
  /** What nginx's dialect says; every dialect of the service says the same. */
  readonly service: number
  /** What the other way says. */
  readonly other: number
}

/** A difference that docs/neighbours.md lists, under this name. */
export interface Difference {
  readonly name: string
  explains(pair: Pair): boolean
}

const isApi = ({ judge }: Pair): boolean => /^(?:REST|HTTP) API/.test(judge)
const isIstio = ({ judge }: Pair): boolean => judge.startsWith("Istio")
const isHttp = ({ judge }: Pair): boolean => judge.startsWith("HTTP API")

/** Requests for which the API has no route; API Gateway answers them before it asks. */
const withoutRoute = new Set([
  ...["GET /orders/7/other", "GET /orders", "PATCH /orders/7", "HEAD /orders/7", "OPTIONS /orders/7", "GET /admin"],
  ...["GET /unknown", "GET /ORDERS/7", "GET /", "GET //orders/7", "GET /orders/../admin/users"],
  ...["GET /orders/%2e%2e/admin", "GET /%6frders/7"],
])
const ambiguous = new Set(["GET /orders/7;v=1", "GET /orders/7%2F8"])

/** Every difference between the service and a Lambda authorizer. Nothing else may differ. */
export const differences: readonly Difference[] = [
  {
    name: "A request without a route",
    explains: (pair) =>
      isApi(pair) && withoutRoute.has(pair.request) && pair.service >= 401 && pair.other === (isHttp(pair) ? 404 : 403),
  },
  {
    name: "A bad credential on an HTTP API",
    explains: (pair) =>
      isHttp(pair) && pair.service === 401 && pair.other === (pair.judge.includes("simple") ? 403 : 500),
  },
  {
    name: "A slash at the end",
    explains: (pair) => isHttp(pair) && pair.request === "GET /orders/7/" && pair.other === 404,
  },
  {
    name: "A path with two readings",
    explains: (pair) => isApi(pair) && ambiguous.has(pair.request) && pair.service === 403 && pair.other === 200,
  },
  {
    name: "No token, or an unsuitable one, in Istio",
    explains: (pair) => isIstio(pair) && pair.service === 401 && pair.other === 403,
  },
  {
    name: "A demand that Istio cannot express",
    explains: (pair) => isIstio(pair) && pair.request === "GET /robots" && pair.service === 200 && pair.other === 403,
  },
  {
    name: "The scheme in small letters",
    explains: (pair) => isIstio(pair) && pair.caller === "small letters" && pair.service !== 401 && pair.other === 403,
  },
  {
    name: "An access token without a scope",
    explains: (pair) => isIstio(pair) && pair.caller === "partner who deletes" && pair.other === 403,
  },
  {
    name: "A slash at the end in Istio",
    explains: (pair) =>
      isIstio(pair) && pair.request === "GET /orders/7/" && pair.service === 200 && pair.other === 403,
  },
  {
    name: "A path with two readings in Istio",
    explains: (pair) =>
      isIstio(pair) &&
      (ambiguous.has(pair.request) || pair.request.includes("..")) &&
      pair.service === 403 &&
      pair.other === 200,
  },
]
