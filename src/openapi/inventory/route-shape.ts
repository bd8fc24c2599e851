import { readRouteKey } from "../../route/template.ts"
import { shapeOf } from "../../route/tokens.ts"

/** A route key without the names of its parameters; keys that are none stay as they are. */
export function routeShape(key: string): string {
  const read = readRouteKey(key)
  return read === undefined ? key : `${read.method} ${shapeOf(read.template)}`
}
