import type { ClientRequest } from "./api.ts"

/**
 * Repeated names as API Gateway writes them: the last value, all values, or all values joined under a name in lower
 * case.
 */
export interface ValueMaps {
  readonly last: { readonly [name: string]: string }
  readonly all: { readonly [name: string]: readonly string[] }
  readonly joined: { readonly [name: string]: string }
}

/** Names that differ only in case are one header; the first spelling stays. */
export function headerMaps(headers: readonly (readonly [string, string])[]): ValueMaps {
  const spellings = new Map<string, string>()
  const named = headers.map(([name, value]): [string, string] => {
    const lower = name.toLowerCase()
    if (!spellings.has(lower)) spellings.set(lower, name)
    return [spellings.get(lower) ?? name, value]
  })
  return mapsOf(named, (name) => name.toLowerCase())
}

/** Names and values are decoded, and `+` is a blank. */
export function queryMaps(query: string): ValueMaps {
  return mapsOf([...new URLSearchParams(query)], (name) => name)
}

function mapsOf(entries: readonly (readonly [string, string])[], joinedName: (name: string) => string): ValueMaps {
  const all = new Map<string, string[]>()
  for (const [name, value] of entries) all.set(name, [...(all.get(name) ?? []), value])
  const list = [...all]
  return {
    last: Object.fromEntries(list.map(([name, values]) => [name, values.at(-1) ?? ""])),
    all: Object.fromEntries(list),
    joined: Object.fromEntries(list.map(([name, values]) => [joinedName(name), values.join(",")])),
  }
}

/** The value of a header, or of its first if there are several. @param name in lower case */
export function firstHeader({ headers }: ClientRequest, name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1]
}
