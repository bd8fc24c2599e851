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

/** What a template becomes in an IAM policy, where no wildcard stops at a slash. */
export function spanning(tokens: Tokens): Tokens {
  return tokens.map((token) => (token === one ? many : token))
}

/**
 * A pattern as IAM text, without the method: `orders/?*`. `?*` instead of `*`, so that no segment is empty: `orders/*`
 * would also cover `orders/`, which is another route. Fixed ends come in both spellings, with and without the slash.
 */
export function patternTexts(tokens: Tokens): readonly string[] {
  const text = tokens.map((token) => (token === rest ? "*" : isFixed(token) ? token : "?*")).join("/")
  const last = tokens.at(-1)
  return last === undefined || !isFixed(last) ? [text] : [text, `${text}/`]
}
