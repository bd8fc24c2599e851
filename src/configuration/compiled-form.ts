import { nodeCrypto } from "../shared/node-crypto.ts"
import type { CompiledForm } from "../types/compiled-form.ts"

declare const HALLPASS_VERSION: string | undefined

/** The version of a bundle, which the build puts in. Modules outside a bundle have none. */
const bundleVersion = typeof HALLPASS_VERSION === "string" ? HALLPASS_VERSION : ""

/**
 * Tells one configuration and version from every other.
 *
 * @returns undefined if the configuration holds something that JSON does not keep apart
 */
export function formIdentity(config: unknown, version: string): string | undefined {
  return isPlain(config) ? nodeCrypto.hash("sha256", `${version}\n${JSON.stringify(config)}`) : undefined
}

/** Whether a form was made of this configuration, by the version that runs. */
export function belongs({ of }: CompiledForm, config: unknown): boolean {
  return of === formIdentity(config, bundleVersion)
}

/** Whether a value is the same after it was written as JSON and read. */
function isPlain(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value !== "object" || value === null) return value === null || ["string", "boolean"].includes(typeof value)
  const members: readonly unknown[] = Array.isArray(value) ? Array.from(value) : Object.values(value)
  const prototype = Object.getPrototypeOf(value)
  return (Array.isArray(value) || prototype === Object.prototype) && members.every(isPlain)
}
