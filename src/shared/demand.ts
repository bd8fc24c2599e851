/** A demand in one of its three spellings; a bare list means all of it. */
export type WrittenDemand<T> = readonly T[] | { readonly all: readonly T[] } | { readonly any: readonly T[] }

/** A demand, whichever way it is written. */
export interface ReadDemand<T> {
  /** Whether one of the values is enough; else all of them are demanded. */
  readonly isAny: boolean
  readonly values: readonly T[]
  /** What leads from the path of the demand to that of the list: nothing, `.all` or `.any`. */
  readonly place: "" | ".all" | ".any"
}

export function readDemand<T>(demand: WrittenDemand<T>): ReadDemand<T> {
  if ("any" in demand) return { isAny: true, values: demand.any, place: ".any" }
  return "all" in demand
    ? { isAny: false, values: demand.all, place: ".all" }
    : { isAny: false, values: demand, place: "" }
}
