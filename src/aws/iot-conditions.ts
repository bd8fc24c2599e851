import { object, type Report } from "../problems/option-checks.ts"
import { isObject } from "../shared/is-object.ts"
import { hasOtherVariable } from "./iot-resources.ts"
import { namesIn } from "./iot-substitutions.ts"

/**
 * Checks the condition of a statement. With a text that AWS IoT Core never replaces, a condition is never met: a Deny
 * would not deny.
 */
export function checkCondition(value: unknown, path: string, report: Report): void {
  const operators = Object.entries(object(value, path, report) ?? {})
  for (const [operator, keys] of operators) {
    const sound =
      isObject(keys) && Object.values(keys).every((each) => [each].flat().every((one) => typeof one === "string"))
    if (!sound)
      report(`${path}.${operator}`, 'must be an object of texts, for example { "aws:SourceIp": "192.0.2.0/24" }')
  }
  const texts = operators.flatMap(([operator, keys]) => [operator, ...Object.entries(Object(keys)).flat(2)]).map(String)
  if (texts.some((text) => namesIn(text).length > 0))
    report(path, "has a name in braces. Substitutions are for resources only")
  if (texts.some(hasOtherVariable))
    report(path, "has a variable that AWS IoT Core does not know. Substitutions are for resources only")
}
