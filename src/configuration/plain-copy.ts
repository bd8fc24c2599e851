import type { Report } from "../problems/option-checks.ts"

/** A copy of a configuration, so that what was checked is what is used, whatever the caller does with the object later. */
export function plainCopy(config: unknown, report: Report): unknown {
  try {
    return structuredClone(config)
  } catch {
    report("configuration", "plain_data")
    return undefined
  }
}
