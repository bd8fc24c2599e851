import { createHash } from "node:crypto"

const digest = (text: string): Buffer => createHash("sha256").update(`a test value: ${text}`).digest()

// Values that no other place holds, so that finding one in an output means a leak.
export const keyOne: string = digest("key one").toString("hex")
export const keyTwo: string = digest("key two").toString("hex")
export const keyThree: string = digest("key three").toString("hex")
export const sharedOne: string = digest("shared one").toString("base64")
export const sharedTwo: string = digest("shared two").toString("base64")

/** The text of an HMAC secret. */
export const keyMap = (keys: { readonly [id: string]: string }): string => JSON.stringify(keys)

/** A time that is not now. Milliseconds since the epoch. */
export const startMs: number = Date.UTC(2026, 0, 1)

/**
 * Lets a refresh behind the requests begin and settle; the network is a function, so a few turns of the loop are
 * enough.
 */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
}
