/** A step that could not be done. The message holds the step, the call and the service's error name: no value. */
export class RotationFailed extends Error {
  override readonly name: string = "RotationFailed"

  constructor(step: string, why: string) {
    super(`${step}: ${why}`)
  }
}
