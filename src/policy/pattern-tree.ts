import { spanning } from "../route/template.ts"
import { isFixed, many, rest, type Tokens } from "../route/tokens.ts"
import type { Template } from "../route/tree.ts"
import { TooTangled } from "./common-paths.ts"
import type { OverlapAnalysis } from "./overlap.ts"

/** What a pattern covers of the table: pairs of a template's place in the tree and its methods, one bit each. */
export type Reach = readonly number[]

/** A beginning that templates of the table share, as IAM reads it: every parameter has become `?*`. */
export class PatternNode {
  readonly tokens: Tokens
  /** Without a star: `v1/orders/?*`. */
  readonly text: string
  /** Whether the last segment is only what several segments begin with. */
  readonly isJoint: boolean
  readonly children: PatternNode[] = []
  /** The templates that end here, by their place in the tree. */
  readonly own: number[] = []
  /** The places of the templates here and below: `from` up to, and without, `to`. */
  from = 0
  to = 0
  readonly #tree: PatternTree
  /** Undefined: not examined yet. Null: in more ways than can be examined. */
  #star: Reach | null | undefined
  #below: PatternNode | undefined
  #ownReach: Reach | null | undefined
  #anyMethod: Reach | null | undefined
  #ownAnyMethod: Reach | null | undefined

  constructor(tree: PatternTree, tokens: Tokens, isJoint = false) {
    this.#tree = tree
    this.tokens = tokens
    this.isJoint = isJoint
    this.text = tokens.map((token) => (token === many ? "?*" : token)).join("/")
  }

  /** Whether the text ends in a wildcard, so that it covers what is longer already. */
  get isOpen(): boolean {
    return this.tokens.at(-1) === many
  }

  /** The text that also covers everything that begins with it. */
  get starText(): string {
    return this.isOpen ? this.text : `${this.text}*`
  }

  /** The text in both spellings of its end. The root and an open end have one. */
  get ends(): readonly string[] {
    return this.text === "" || this.isOpen ? [this.text] : [this.text, `${this.text}/`]
  }

  /** What the text covers, in both spellings of its end. */
  get ownReach(): Reach | null {
    if (this.#ownReach === undefined) this.#ownReach = this.#tree.reach([this.tokens])
    return this.#ownReach
  }

  /** What is longer than the text by a segment or more. */
  get below(): PatternNode {
    this.#below ??= this.#tree.nodeOf([...this.tokens, many])
    return this.#below
  }

  /** What `starText` covers: also segments that only begin like the last one. */
  get starReach(): Reach | null {
    if (this.#star === undefined) this.#star = this.#tree.reach(this.#starTokens([]))
    return this.#star
  }

  /** What the text covers after `*` in place of a method. */
  get ownAnyMethodReach(): Reach | null {
    if (this.#ownAnyMethod === undefined) this.#ownAnyMethod = this.#tree.reach([this.tokens, [many, ...this.tokens]])
    return this.#ownAnyMethod
  }

  /** What `starText` covers after `*` in place of a method, which may be a method and the first segments. */
  get anyMethodReach(): Reach | null {
    if (this.#anyMethod === undefined)
      this.#anyMethod = this.#tree.reach([...this.#starTokens([]), ...this.#starTokens([many])])
    return this.#anyMethod
  }

  #starTokens(before: Tokens): readonly Tokens[] {
    const last = this.tokens.at(-1)
    if (last === undefined) return [[...before, rest]]
    if (last === many) return [[...before, ...this.tokens]]
    const parent = [...before, ...this.tokens.slice(0, -1)]
    return this.#tree.beginningWith(last).flatMap((token) => [
      [...parent, token],
      [...parent, token, many],
    ])
  }
}

/** The templates of a table by what their patterns begin with. */
export class PatternTree {
  readonly root: PatternNode = new PatternNode(this, [])
  /** Indexes of the templates, in the order of the tree. */
  readonly order: readonly number[]
  /** Places in the tree, by the number of a template. */
  readonly #places: readonly number[]
  /** The node where each template ends, by place. */
  readonly ends: readonly PatternNode[]
  readonly #analysis: OverlapAnalysis
  readonly #fixed: ReadonlySet<string>
  readonly #nodes = new Map<string, PatternNode>([["", this.root]])

  /**
   * @param joined whether segments that begin alike get a node of their own: `service-` for `service-1` and `service-2`
   */
  constructor(templates: readonly Template[], analysis: OverlapAnalysis, joined: boolean) {
    this.#analysis = analysis
    this.#fixed = new Set(templates.flatMap(({ tokens }) => tokens.filter(isFixed)))
    const inTree = (tokens: Tokens): PatternNode => {
      const before = this.#nodes.get(tokens.join("/"))
      if (before !== undefined) return before
      const parent = inTree(tokens.slice(0, -1))
      const node = this.nodeOf(tokens)
      parent.children.push(node)
      return node
    }
    for (const [index, { tokens }] of templates.entries())
      inTree(tokens[0] === rest ? [] : spanning(tokens)).own.push(index)
    if (joined) for (const node of this.#nodes.values()) this.#join(node)
    const order: number[] = []
    const ends: PatternNode[] = []
    const number = (node: PatternNode): void => {
      node.from = order.length
      for (const [at, index] of node.own.entries()) {
        node.own[at] = order.push(index) - 1
        ends.push(node)
      }
      for (const child of node.children) number(child)
      node.to = order.length
    }
    number(this.root)
    this.order = order
    this.ends = ends
    const places: number[] = []
    for (const [place, index] of order.entries()) places[index] = place
    this.#places = places
  }

  /** The node of a beginning, of the tree or outside it. */
  nodeOf(tokens: Tokens): PatternNode {
    const key = tokens.join("/")
    const node = this.#nodes.get(key) ?? new PatternNode(this, tokens)
    this.#nodes.set(key, node)
    return node
  }

  placeOf(index: number): number {
    return this.#places[index] ?? -1
  }

  /** What patterns cover together; null if that cannot be examined. */
  reach(patterns: readonly Tokens[]): Reach | null {
    const methods = new Map<number, number>()
    try {
      for (const pattern of patterns) {
        for (const hit of this.#analysis.hits(pattern)) {
          const place = this.#places[hit.at] ?? -1
          methods.set(place, (methods.get(place) ?? 0) | hit.bits)
        }
      }
    } catch (error) {
      if (error instanceof TooTangled) return null
      throw error
    }
    return [...methods].flat()
  }

  /** Segments of the table that begin with a text, and one that no template has. */
  beginningWith(text: string): readonly string[] {
    let other = text
    do other += this.#analysis.fresh
    while (this.#fixed.has(other))
    return [...[...this.#fixed].filter((token) => token.startsWith(text)), other]
  }

  #join(node: PatternNode): void {
    const alike = Map.groupBy(node.children, ({ tokens }) => /^.+[-_.~]/.exec(tokens.at(-1) ?? "")?.[0] ?? "")
    for (const [text, children] of alike) {
      if (text === "" || children.length < 2) continue
      const joint = new PatternNode(this, [...node.tokens, text], true)
      joint.children.push(...children)
      node.children.splice(
        0,
        node.children.length,
        ...node.children.filter((child) => !children.includes(child)),
        joint,
      )
    }
  }
}
