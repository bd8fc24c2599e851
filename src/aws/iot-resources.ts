import type { Report } from "../problems/option-checks.ts"
import { namesIn, ownName, placeholder } from "./iot-substitutions.ts"

/** ARNs of AWS IoT Core, with the type of the resource in plain text: `client/`, `topic/`, `topicfilter/`, `thing/`. */
const resourceForm =
  /^(?:\*|arn:aws(?:-[a-z]+)*:iot:(?:\*|[a-z0-9-]{1,32}):(?:\*|\d{12}):(?:\*|[a-z]{1,32}\/[!-~]{1,1024}))$/
/** A variable that is none of AWS IoT Core. */
const otherVariable = /\$\{(?!(?:iot|aws):[A-Za-z][A-Za-z0-9.:[\]_-]*\})/

export function hasOtherVariable(text: string): boolean {
  return otherVariable.test(text)
}

/** Checks the form of a resource, and that no value of a caller can make it another caller's. */
export function checkResource(resource: string, path: string, report: Report): void {
  if (!resourceForm.test(resource)) {
    report(path, "must be an ARN such as arn:aws:iot:eu-west-1:123456789012:client/{device}, or *")
    return
  }
  if (hasOtherVariable(resource))
    report(path, "has a variable that AWS IoT Core does not know. Write a substitution without the dollar sign")
  if (/[{}]/.test(resource.replaceAll(placeholder, "").replaceAll(/\$\{[^{}]*\}/g, "")))
    report(path, "has a brace that belongs to no name. Write a name between two braces, such as {device}")
  const mixed = resource.split("/").find(isMixed)
  if (mixed !== undefined)
    report(
      path,
      `has ${namesIn(mixed).length > 0 ? "a substitution" : "the client id"} beside a wildcard or another ` +
        "substitution in one level, so values of two callers can mean the same. Put a / between them, or use {principalId}",
    )
  else if (isBetweenWildcards(resource))
    report(path, "has a substitution between two *, which take / as well. Write the levels before it, or {principalId}")
}

/**
 * Whether a value has no certain place, with a wildcard on both sides: `*` takes `/` as well. With any level before and
 * after `{device}`, the topic `site/lamp/data/x` of `lamp` is also one of the device `data`.
 */
function isBetweenWildcards(resource: string): boolean {
  const name = nameOf(resource)
  return valuesIn(name.slice(name.indexOf("*"), name.lastIndexOf("*") + 1)).length > 0
}

/** Names and variables of a caller whose values differ in length. */
function valuesIn(text: string): readonly string[] {
  return [...namesIn(text).filter((name) => name !== ownName), ...(text.match(clientId) ?? [])]
}

const clientId = /\$\{iot:ClientId\}/gi

/**
 * Whether a level of a topic can be met with another caller's value: `{device}-*` of `lamp` is that of `lamp-7`, and
 * `{tenant}-{device}` of `a` and `b-c` is that of `a-b` and `c`. The length of a `principalId` is fixed. A client id is
 * a value as well.
 */
function isMixed(level: string): boolean {
  const others = valuesIn(level)
  const rest = level.replaceAll(placeholder, "").replaceAll(clientId, "")
  return others.length > 1 || (others.length > 0 && /[*?]|\$\{/.test(rest))
}

/** Type and name of a resource, such as `client/{device}`; `*` for every resource. */
export function nameOf(resource: string): string {
  return resource === "*" ? "*" : resource.split(":").slice(5).join(":")
}

/** Whether a resource is all of its kind: `*`, `client/*`, and what the client chooses, `client/${iot:ClientId}`. */
export function isOpen(resource: string): boolean {
  return /^(?:[a-z]*\/)?(?:[*?]+|\$\{iot:ClientId\})$/i.test(nameOf(resource))
}
