import type { RouteOrder } from "../route/tokens.ts"
import { httpMethods } from "../route/tokens.ts"
import type { FirstForm, FirstPatterns, FirstTemplate } from "./first-decisions.ts"
import { everyMethod } from "./methods.ts"
import { add, addAround, type Coverable } from "./patterns.ts"
import type { NodeForm, OrderForm, TableForm, TemplateForm } from "./table-form.ts"

/**
 * What a start needs of a table until the whole of it is loaded, see `firstDecisions`.
 *
 * @param form plain data: all that it says stays as it is
 * @returns undefined if the table needs more than texts and one rule for each pattern. Then the start loads all of it
 */
export function firstFormOf(form: TableForm, resourcePolicyAllows: boolean): FirstForm | undefined {
  const [order] = form.orders
  const usual: RouteOrder = "rest" // both kinds of API read the table alike
  const isUsual = order?.order === usual && !form.ordersDiffer && !form.complete && !form.closed
  if (!isUsual || resourcePolicyAllows) return undefined
  const { rules } = form
  if (!isEach(rules)) return undefined
  const patterns = patternsOf(order)
  if (patterns === undefined) return undefined
  const connect = form.routes.findIndex(([method]) => method === "$connect")
  return {
    rules,
    routes: form.routes.map(([, , rule]) => rule),
    ...(connect >= 0 && { connect }),
    root: nodeOf(order.root, form.templates),
    ...patterns,
    forms: form.ambiguous,
    formsOfAll: form.hasParameters ? ["*//*"] : [],
  }
}

function isEach<T>(list: readonly (T | null)[]): list is readonly T[] {
  return !list.includes(null)
}

function nodeOf(
  { fixed, parameter, greedy, template }: NodeForm,
  templates: readonly TemplateForm[],
): NodeForm<FirstTemplate> {
  const templateOf = (place: number): FirstTemplate => {
    const { text, routes } = templates[place] as TemplateForm
    // The routes of other methods than those of HTTP APIs are left to the whole table.
    const byMethod = new Map(routes)
    const own = httpMethods.flatMap((method) => {
      const route = byMethod.get(method) ?? byMethod.get("ANY")
      return route === undefined ? [] : [[method, route] as const]
    })
    return { text, routes: own }
  }
  return {
    ...(fixed && { fixed: fixed.map(([segment, node]) => [segment, nodeOf(node, templates)] as const) }),
    ...(parameter && { parameter: nodeOf(parameter, templates) }),
    ...(greedy !== undefined && { greedy: templateOf(greedy) }),
    ...(template !== undefined && { template: templateOf(template) }),
  }
}

type Patterns = Pick<FirstForm, "allow" | "around" | "deny" | "silent" | "wild">

/** Patterns in the order in which `cover` lists them; undefined if each does not depend on a few rules only. */
function patternsOf({ covered }: OrderForm): Patterns | undefined {
  const lists = { allow: new List(), around: new List(), deny: new List(), silent: new List() }
  const wild = new Set<number>()
  for (const one of covered) {
    const { grants, paths, overlaps, deniedWith, wildMethod, isDefault, slashRivals } = one
    // Without a pattern of a template, it would not be seen that a caller may not call it.
    if (isDefault || slashRivals.length > 0 || paths.length === 0) return undefined
    const granted = grants.reduce((bits, [, each]) => bits | each, 0)
    const [only] = grants
    // One pattern for all methods depends on all of their rules at once.
    const isWhole = granted === everyMethod && wildMethod !== "no"
    if (isWhole && (grants.length > 1 || deniedWith.length > 0)) return undefined
    if (!addsAroundOneByOne(one, granted)) return undefined
    const around = new Set<string>()
    addAround(around, one, granted)
    for (const text of around) {
      const bit = httpMethods.indexOf(text.slice(0, text.indexOf("/")))
      lists.around.add([text], bit < 0 ? only?.[0] : ruleAt(one, bit))
    }
    for (let bit = 0; bit < httpMethods.length; bit++) {
      const rule = ruleAt(one, bit)
      if (rule === undefined) continue
      if (one.isWild) wild.add(rule)
      lists.allow.add(texts(1 << bit, paths, false), rule)
      const touched = deniedWith.filter(({ bits }) => (bits & (1 << bit)) !== 0)
      const others = touched.map(({ at }) => ruleAt(covered[at], bit)).filter((other) => other !== undefined)
      if (!isWhole) lists.silent.add(texts(1 << bit, paths, false), undefined, [rule, ...others])
    }
    if (isWhole && only) lists.silent.add(texts(everyMethod, paths, true), undefined, [only[0]])
    for (const overlap of overlaps)
      for (let bit = 0; bit < httpMethods.length; bit++) {
        const [rule, other] = [ruleAt(one, bit), ruleAt(covered[overlap.at], bit)]
        if ((overlap.bits & (1 << bit)) === 0 || rule === undefined || other === undefined) continue
        lists.deny.add(texts(1 << bit, overlap.deny, false), rule, [other])
      }
  }
  const { allow, around, deny, silent } = lists
  // Most often a route that is not allowed is denied with the patterns that would allow it.
  const isSame =
    silent.texts.join() === allow.texts.join() &&
    JSON.stringify(silent.unmet) === JSON.stringify(allow.met.map((rule) => [rule]))
  return {
    ...{ allow: allow.form, around: around.form, deny: deny.form, wild: [...wild] },
    ...(!isSame && { silent: silent.form }),
  }
}

/** Patterns with what they depend on. */
class List {
  readonly texts: string[] = []
  readonly met: number[] = []
  readonly unmet: (readonly number[])[] = []

  add(texts: readonly string[], met: number | undefined, unmet: readonly number[] = []): void {
    for (const text of texts) {
      this.texts.push(text)
      this.met.push(met ?? -1)
      this.unmet.push([...new Set(unmet)])
    }
  }

  get form(): FirstPatterns {
    const { texts, met, unmet } = this
    return {
      texts,
      ...(met.some((rule) => rule >= 0) && { met }),
      ...(unmet.some((rules) => rules.length > 0) && { unmet }),
    }
  }
}

function texts(bits: number, paths: readonly string[], isWild: boolean): readonly string[] {
  const added = new Set<string>()
  add(added, bits, paths, isWild)
  return [...added]
}

/** The rule of a method of a template. */
function ruleAt(one: Coverable | undefined, bit: number): number | undefined {
  return one?.grants.find(([, bits]) => (bits & (1 << bit)) !== 0)?.[0]
}

/**
 * Whether what is denied around some methods of a template is part of what is denied around all, in the same order. It
 * is tried for each combination of rules.
 */
function addsAroundOneByOne(one: Coverable, granted: number): boolean {
  const { grants } = one
  const all = new Set<string>()
  addAround(all, one, granted)
  for (let combination = 0; combination < 1 << grants.length; combination++) {
    const bits = grants.reduce((sum, [, each], at) => ((combination >> at) & 1 ? sum | each : sum), 0)
    const some = new Set<string>()
    addAround(some, one, bits)
    const methods = httpMethods.filter((_, bit) => (bits & (1 << bit)) !== 0)
    const expected = [...all].filter((text) =>
      text.startsWith("*/") ? bits === everyMethod : methods.some((method) => text.startsWith(`${method}/`)),
    )
    if (expected.join("\n") !== [...some].join("\n")) return false
  }
  return true
}
