/**
 * A step of a rotation that failed. The message holds the step, the call and the service's error name: no value.
 *
 * @example
 * ```ts
 * import { RotationFailed, rotateEdgeSecret } from "hallpass/edge"
 *
 * const error: unknown = await rotateEdgeSecret({ Step: "other" }).catch((reason) => reason)
 * console.log(error instanceof RotationFailed) // true
 * ```
 */
export class RotationFailed extends Error {
  override readonly name: string = "RotationFailed"

  constructor(step: string, why: string) {
    super(`${step}: ${why}`)
  }
}
