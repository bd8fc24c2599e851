import { pathOf } from "../route/candidates.ts"
import type { GrownTree } from "../route/grown-tree.ts"
import { httpMethods } from "../route/tokens.ts"
import { routeOf, type Template } from "../route/tree.ts"
import type { Exposure } from "./exposure.ts"
import { OverlapAnalysis } from "./overlap.ts"
import { type PatternNode, PatternTree } from "./pattern-tree.ts"
import type { Examined, Permissions, ShorterPatterns } from "./patterns.ts"
import { Rights } from "./rights.ts"
import { Shortening, type Width } from "./shortening.ts"

/** One way of writing patterns shorter. */
interface Step {
  readonly width: Width
  /** Whether segments that begin alike may be covered together. */
  readonly joined: boolean
}

const never = Number.POSITIVE_INFINITY
/** Only what is the same in fewer patterns. */
const exactly: Step = { width: { below: never, star: never }, joined: false }
/** Where every path has a route, nothing can be covered that the table does not name. */
const complete: readonly Step[] = [exactly, { width: { below: 0, star: 0 }, joined: false }]
/** Elsewhere as little as fits: a pattern keeps two segments, one, or what segments of the table begin with. */
const incomplete: readonly Step[] = [
  exactly,
  { width: { below: 2, star: 2 }, joined: false },
  { width: { below: 1, star: 2 }, joined: false },
  { width: { below: 1, star: 2 }, joined: true },
]

/**
 * Bytes of a Resource without method and path, as `configuration/check-sizes.ts` assumes them. How many patterns are
 * worth a longer path depends on it.
 */
const assumedBytes = 42

/**
 * What patterns would cost: for all that is allowed in a branch, with its Denys; for the routes of its node alone; or
 * for a Deny of all that is forbidden in the branch.
 */
export type BranchPart = "allow" | "own" | "deny"

/** Policies in fewer patterns. What they need to know of the table is found out when one does not fit. */
export class Shorter {
  readonly #templates: readonly Template[]
  readonly #tree: GrownTree
  readonly #examined: readonly Examined[]
  readonly #denyAll: boolean
  readonly #steps: readonly Step[]
  #analysis: OverlapAnalysis | undefined
  readonly #trees: (Branches | undefined)[] = []
  readonly #isUniform: boolean

  constructor(
    templates: readonly Template[],
    tree: GrownTree,
    examined: readonly Examined[],
    options: { readonly resourcePolicyAllows: boolean; readonly complete: boolean },
  ) {
    this.#templates = templates
    this.#tree = tree
    this.#examined = examined
    this.#denyAll = options.resourcePolicyAllows
    this.#steps = options.complete ? complete : incomplete
    this.#isUniform = templates.every(({ routes }) => routes.size === 1 && routes.has("ANY"))
  }

  /** The number of ways to write patterns, each of which reaches further than the one before. */
  get steps(): number {
    return this.#steps.length
  }

  patterns(permissions: Permissions, number: number): ShorterPatterns {
    const step = this.#steps[number] ?? exactly
    const { order } = this.#treeOf(step.joined)
    const placed = (bits: Uint8Array): Uint8Array => Uint8Array.from(order, (at) => bits[at] ?? 0)
    const rights = new Rights(placed(permissions.permitted), placed(permissions.forbidden))
    const { allow, deny } = this.#shortening(rights, step).patterns()
    return { allow, deny, isWide: step !== exactly }
  }

  /** The tree of the widest patterns. */
  get tree(): PatternTree {
    return this.#treeOf(this.#widest.joined)
  }

  /** The templates by their places in the tree. */
  get placed(): readonly Template[] {
    return this.#branches(this.#widest.joined).examined.map(({ template }) => template)
  }

  get denyAll(): boolean {
    return this.#denyAll
  }

  /**
   * Bytes of the widest patterns of a branch, at most. What is both permitted and forbidden, as the routes of other
   * branches may be, is neither covered nor denied.
   *
   * @param permissions by the places of the tree
   */
  cost(branch: PatternNode, part: BranchPart, { permitted, forbidden }: Permissions): number {
    const shortening = this.#shortening(new Rights(permitted, forbidden), this.#widest)
    return shortening.cost(branch, part)
  }

  get #widest(): Step {
    return this.#steps.at(-1) ?? exactly
  }

  /**
   * Requests on routes that the table does not name, which the widest patterns cover: one for each method and
   * beginning.
   */
  exposures(): readonly Exposure[] {
    if (this.#steps === complete) return []
    const { fresh, maxSegments } = this.#analyse()
    const joints = this.#treeOf(true).root.children.filter(({ isJoint }) => isJoint)
    return [...this.#treeOf(false).root.children, ...joints].flatMap((node) => {
      const { tokens, isJoint, isOpen } = node
      const [first = ""] = tokens
      const shown = isJoint ? `${first}*` : isOpen ? "*/*" : `${first}/*`
      return httpMethods.flatMap((method) => {
        if (!this.#mayBeWidened(node, method)) return []
        const path = isJoint ? this.#treeOf(true).beginningWith(first).slice(-1) : [isOpen ? fresh : first, fresh]
        while (path.length < maxSegments && this.#tree.choose(pathOf(path), method) !== undefined) path.push(fresh)
        if (this.#tree.choose(pathOf(path), method) !== undefined) return []
        const example = `${method}/${path.join("/")}`
        const message = `a policy of too many patterns is merged, and then covers ${example} if the API has such a route`
        return [{ route: `${method} /${shown}`, example, message }]
      })
    })
  }

  /** Whether a pattern for what begins with a node could replace routes of a method. */
  #mayBeWidened({ from, to, isJoint }: PatternNode, method: string): boolean {
    const { order } = this.#treeOf(isJoint)
    for (let place = from; place < to; place++) {
      const template = this.#templates[order[place] ?? -1]
      if (template !== undefined && (isJoint || template.tokens.length > 1) && routeOf(template, method)) return true
    }
    return false
  }

  #shortening(rights: Rights, { width, joined }: Step): Shortening {
    const { tree, examined } = this.#branches(joined)
    const options = { width, beginning: assumedBytes, denyAll: this.#denyAll, isUniform: this.#isUniform }
    return new Shortening(tree, examined, rights, options)
  }

  /** An analysis of its own: the findings of the one at start need not stay in memory. */
  #analyse(): OverlapAnalysis {
    this.#analysis ??= new OverlapAnalysis(this.#templates, this.#tree)
    return this.#analysis
  }

  #treeOf(joined: boolean): PatternTree {
    return this.#branches(joined).tree
  }

  #branches(joined: boolean): Branches {
    const known = this.#trees[Number(joined)]
    if (known !== undefined) return known
    const tree = new PatternTree(this.#templates, this.#analyse(), joined)
    const made = { tree, examined: tree.order.map((at) => this.#examined[at] as Examined) }
    this.#trees[Number(joined)] = made
    return made
  }
}

/** A tree, and what is known of its templates, by their places. */
interface Branches {
  readonly tree: PatternTree
  readonly examined: readonly Examined[]
}
