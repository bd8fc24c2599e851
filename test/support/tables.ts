import type { RouteRule } from "../../src/index.ts"

const names = [
  "orders",
  "invoices",
  "customers",
  "products",
  "shipments",
  "payments",
  "refunds",
  "carts",
  "users",
  "reports",
]

/** Resources with seven routes each, and a scope for reading, writing and administration of each resource. */
export function manyResources(count: number): { readonly [key: string]: RouteRule } {
  const resources = Array.from({ length: count }, (_, at) => {
    const name = `${names[at % names.length]}${at < names.length ? "" : `-${Math.floor(at / names.length)}`}`
    const rule = (right: string): RouteRule => ({ scopes: [`${name}:${right}`] })
    const [read, write, admin] = [rule("read"), rule("write"), rule("admin")]
    return {
      [`GET /v1/${name}`]: read,
      [`POST /v1/${name}`]: write,
      [`GET /v1/${name}/{id}`]: read,
      [`PUT /v1/${name}/{id}`]: write,
      [`DELETE /v1/${name}/{id}`]: admin,
      [`GET /v1/${name}/{id}/history`]: admin,
      [`POST /v1/${name}/{id}/notes`]: write,
    }
  })
  return Object.assign({}, ...resources)
}
