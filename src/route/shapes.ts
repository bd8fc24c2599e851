import { shapeOf } from "./tokens.ts"

/**
 * Shapes of templates as the gateway writes them. A gateway has few, and the bound holds even if one had no end of
 * them.
 */
export class Shapes {
  readonly #known = new Map<string, string>()

  of(template: string): string {
    const known = this.#known.get(template)
    if (known !== undefined) return known
    const shape = shapeOf(template)
    if (this.#known.size < 10_000) this.#known.set(template, shape)
    return shape
  }
}
