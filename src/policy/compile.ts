import type { CompiledRule } from "../route/demands.ts"
import type { GrownTree } from "../route/grown-tree.ts"
import { type AmbiguousForms, ambiguousForms } from "../route/path.ts"
import { httpMethods, one } from "../route/tokens.ts"
import type { Template } from "../route/tree.ts"
import type { CoverageForm } from "../types/coverage.ts"
import type { Exposure } from "./exposure.ts"
import { most } from "./largest-coverage.ts"
import type { Conflict } from "./overlap.ts"
import { type Covered, type CoverOptions, cover, type Examined } from "./patterns.ts"
import type { DecidingTable } from "./principal-table.ts"
import { Shorter } from "./shorter.ts"

/** A route table, compiled for answers that serve every route of a stage. */
export interface CompiledTable extends DecidingTable {
  readonly ambiguous: AmbiguousForms
  /** What a principal's answer covers. @param met 1 for each rule that it meets, by its number */
  cover(met: Uint8Array): Covered
  readonly conflicts: readonly Conflict[]
  readonly exposed: readonly Exposure[]
  /** What answers with merged patterns can cover in addition. */
  exposedIfMerged(): readonly Exposure[]
  /** What an answer needs at most, before anything is merged, and all that it can hold. */
  most(): { readonly needed: CoverageForm; readonly all: CoverageForm }
  /** What was found out about the templates, in their order. */
  readonly examined: readonly Examined[]
  readonly coverOptions: CoverOptions
  readonly shorter: Shorter
  readonly options: TableOptions
}

/** How the API around the table is set. */
export interface TableOptions {
  /** The API's resource policy allows: then what is not denied is allowed, and silence is no refusal. */
  readonly resourcePolicyAllows: boolean
  /** Whether every path has a route: the table has `$default`, or admits what it does not name. */
  readonly complete: boolean
  /** Whether the table's `$default` means what it does not name, and admits no caller. */
  readonly closed: boolean
  /** The number of each rule. */
  readonly rules: ReadonlyMap<CompiledRule, number>
}

/** What was found out about a table. */
export interface Examination {
  /** In the order of the templates; fewer if there are very many conflicts. */
  readonly examined: readonly Examined[]
  readonly conflicts: readonly Conflict[]
}

/** What takes time with a table's overlaps: found out anew, or when the configuration was bundled. */
export interface Examiner {
  /** Whether REST and HTTP APIs would take some request of a table to different templates. */
  ordersDiffer(templates: readonly Template[], rest: GrownTree, http: GrownTree): boolean
  examine(templates: readonly Template[], tree: GrownTree, options: TableOptions): Examination
}

/** Compiles the templates of a table. */
export function compileTable(
  templates: readonly Template[],
  tree: GrownTree,
  options: TableOptions,
  { examined, conflicts }: Examination,
): CompiledTable {
  const ambiguous = ambiguousForms(templates, isShort(templates))
  const hasParameters = templates.some(({ tokens }) => tokens.includes(one))
  const shorter = new Shorter(templates.slice(0, examined.length), tree, examined, options)
  const coverOptions: CoverOptions = {
    ...{ ambiguous: ambiguous.patterns, hasParameters, resourcePolicyAllows: options.resourcePolicyAllows },
    shorter: (permissions, step) => shorter.patterns(permissions, step),
    steps: shorter.steps,
  }
  return {
    ...{
      tree,
      ambiguous,
      isAmbiguous: ambiguous.test,
      hasParameters,
      conflicts,
      examined,
      coverOptions,
      shorter,
      options,
    },
    exposed: examined.flatMap(({ around }) => around.exposed),
    exposedIfMerged: () => shorter.exposures(),
    most: () => most(examined, coverOptions),
    cover: (met) => cover(examined, met, coverOptions),
  }
}

/**
 * Whether answers of a table have room for every form of ambiguous paths: most of a pattern's bytes are the same for
 * all.
 */
function isShort(templates: readonly Template[]): boolean {
  const methods = templates.flatMap(({ routes }) => [...routes.keys()])
  return methods.reduce((sum, method) => sum + (method === "ANY" ? httpMethods.length : 1), 0) <= 4
}
