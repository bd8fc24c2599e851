/** A route table in the configuration's form; one scope per route is all that the usual handlers can be asked for. */
export type Rules = { readonly [routeKey: string]: { readonly scopes: readonly [string] } }

/** Tables of so many rules: a few for orders in the middle, which the benches ask about, and five per other service. */
export function rulesOf(count: number): Rules {
  const services = Array.from({ length: Math.ceil(count / 5) }, (_, index) => `service-${index}`)
  services[services.length >> 1] = "orders"
  const keys = services.flatMap((service) => [
    [`GET /${service}`, `${service}:read`],
    [`POST /${service}`, `${service}:write`],
    [`GET /${service}/{id}`, `${service}:read`],
    [`PUT /${service}/{id}`, `${service}:write`],
    [`DELETE /${service}/{id}`, `${service}:admin`],
  ])
  // The last one gives way to the route of WebSocket APIs.
  const chosen = [...keys.slice(0, count - 1), ["$connect", "orders:read"]]
  return Object.fromEntries(chosen.map(([key = "", scope = ""]) => [key, { scopes: [scope] }]))
}
