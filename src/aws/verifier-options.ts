import { list, type Option, option, type Presence } from "../problems/declaration.ts"
import { explain } from "../problems/explain-problems.ts"
import { collect, type RawProblem, type Report } from "../problems/option-checks.ts"
import { ConfigurationError } from "../types/errors.ts"

/**
 * Checks the options of a verifier.
 *
 * @param further how options fit together; called if each of them is sound
 * @throws ConfigurationError with every problem at once
 */
export function checkOptions<T, C>(
  declared: Option<T, "optional", C>,
  options: unknown,
  further: (checked: C, report: Report) => void,
): C {
  const problems: RawProblem[] = []
  const report = collect(problems)
  const checked = declared.check(options, "options", report)
  if (checked !== undefined && problems.length === 0) further(checked, report)
  if (checked !== undefined && problems.length === 0) return checked
  const explained = explain(problems).map(({ path, message }) => ({
    path: path.replace(/^options\./, ""),
    message,
  }))
  throw new ConfigurationError(explained)
}

/** A list with at least one entry. @param example what to set if it is missing or empty */
export function oneAtLeast<T, O>(
  item: Option<T, Presence, O>,
  example: string,
): Option<readonly T[], "optional", readonly O[]> {
  const { check } = list(item)
  return option("list", [item, 1], (value, path, report) => {
    if (Array.isArray(value) && value.length > 0) return check(value, path, report)
    report(path, `must be a list of at least one, for example ["${example}"]`)
    return undefined
  })
}

/** One text of a form, for example an ARN. It is compared whole. */
export function exactText(form: RegExp, what: string, example: string): Option<string> {
  return option("text", [form], (value, path, report) => {
    if (typeof value === "string" && form.test(value)) return value
    report(path, `must be ${what}, for example ${example}`)
    return undefined
  })
}
