import { httpMethods } from "../route/tokens.ts"

/** All methods, one bit each in the order of `httpMethods`. */
export const everyMethod: number = (1 << httpMethods.length) - 1

/** The bits of the methods, each by itself. */
export const eachMethod: readonly number[] = httpMethods.map((_, at) => 1 << at)

/** Lists of methods by their bits. */
const lists: (readonly string[])[] = []

export function methodsIn(bits: number): readonly string[] {
  lists[bits] ??= httpMethods.filter((_, at) => (bits & (1 << at)) !== 0)
  return lists[bits]
}
