/** API Gateway's HTTP methods; a table key may also say ANY. */
export const httpMethods: readonly string[] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

/**
 * A template or pattern, segment by segment: fixed text, or one of the words below. Fixed text holds no braces, so the
 * words cannot be mistaken for it.
 */
export type Tokens = readonly string[]

/** A parameter: one segment of any text. */
export const one = "{}"
/** A greedy parameter, and what IAM makes of every parameter: one segment or more. */
export const many = "{+}"
/** Whatever follows, also nothing: `$default`. */
export const rest = "{*}"

export function isFixed(token: string): boolean {
  return token !== one && token !== many && token !== rest
}

/** The tokens of a template as API Gateway writes it. The names of parameters say nothing and are left out. */
export function tokensOf(template: string): Tokens {
  if (template === "$default") return [rest]
  if (template === "/") return []
  return template
    .slice(1)
    .split("/")
    .map((part) => (/[+*]\}$/.test(part) ? many : part.startsWith("{") ? one : part)) // * is serverless-offline's +
}

/** A template without the names of its parameters, which the gateway and the table may choose differently. */
export function shapeOf(template: string): string {
  return tokensOf(template).join("/")
}

/**
 * Which template goes first where several fit. REST APIs walk their resources segment by segment, fixed text before a
 * parameter before a greedy one; HTTP APIs take a full match before any greedy one, and then the most specific.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export type RouteOrder = "rest" | "http"
