// A model of API Gateway's routing, written from its documentation and from nothing of this project. A route is known
// by its key; a table is the list of an API's route keys.

/** How a kind of API reads a request's path and orders the routes that fit. */
export type Reading = "rest" | "http"

/** The HTTP methods that API Gateway knows. */
export const methods: readonly string[] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

/** The method of a route key: `GET`, `ANY`; `ANY` for `$default`. */
export const methodOf = (key: string): string => (key.startsWith("$") ? "ANY" : key.slice(0, key.indexOf(" ")))

/** The template of a route key: `/orders/{id}`, `$default`, `$connect`. */
export const templateOf = (key: string): string => (key.startsWith("$") ? key : key.slice(key.indexOf(" ") + 1))

/**
 * The key of the route that the gateway chooses for a request, or undefined where it answers 403 or 404 by itself.
 *
 * - `rest`: the resource first, the method within it; a fixed segment goes before a parameter, a parameter before a
 *   greedy one, from the left; a trailing slash is dropped.
 * - `http`: full matches of path and method first, then greedy ones, then `$default` (Developer Guide, "Routing API
 *   requests"); `/x/` is another path than `/x`, which only a catch-all takes.
 */
export function chosenRoute(
  keys: readonly string[],
  method: string,
  path: string,
  reading: Reading,
): string | undefined {
  if (!methods.includes(method)) return undefined
  const asked = reading === "rest" && path !== "/" ? path.replace(/\/$/, "") : path
  const fitting = keys
    .filter((key) => key !== "$connect" && (methodOf(key) === method || methodOf(key) === "ANY"))
    .map((key) => ({ key, rank: rankOf(templateOf(key), asked, reading) + (methodOf(key) === method ? "0" : "1") }))
    .filter(({ rank }) => !rank.startsWith("none"))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
  return fitting[0]?.key
}

/** Text that sorts a fitting template before a less specific one; `none` for one that does not fit. */
function rankOf(template: string, path: string, reading: Reading): string {
  if (template === "$default") return "3"
  const wanted = template === "/" ? [] : template.slice(1).split("/")
  const given = path === "/" ? [] : path.slice(1).split("/")
  const isGreedy = template.endsWith("+}")
  if (isGreedy ? given.length < wanted.length : given.length !== wanted.length) return "none"
  let rank = ""
  for (const [index, segment] of wanted.entries()) {
    const text = given[index] as string
    if (segment.endsWith("+}")) {
      if (given.slice(index).join("/") === "") return "none"
      rank += "2"
    } else if (segment.startsWith("{")) {
      if (text === "") return "none"
      rank += "1"
    } else if (segment === text) rank += "0"
    else return "none"
  }
  return (reading === "http" && isGreedy ? "2" : "0") + rank
}

/** The Resource tail, method and path, that covers every request of a route: what IAM can say about it and no less. */
export function coverOf(key: string): string[] {
  if (key === "$connect") return ["$connect"]
  const path =
    key === "$default"
      ? "*"
      : templateOf(key)
          .slice(1)
          .replace(/\{[^}]*\}/g, "?*")
  const heads = methodOf(key) === "ANY" ? methods : [methodOf(key)]
  return heads.flatMap((head) => (path === "" ? [`${head}/`] : [`${head}/${path}`, `${head}/${path}/`]))
}

/** The same for any method text: what the gateway does not know can only come through a route of every method. */
export function chosenForAny(
  keys: readonly string[],
  method: string,
  path: string,
  reading: Reading,
): string | undefined {
  if (methods.includes(method)) return chosenRoute(keys, method, path, reading)
  return chosenRoute(
    keys.filter((key) => methodOf(key) === "ANY"),
    "GET",
    path,
    reading,
  )
}

/** Whether a route takes paths of any length. */
export const isCatchAll = (key: string): boolean => key === "$default" || key.endsWith("+}")
