import type { Examiner } from "./compile.ts"
import type { PrincipalPolicy } from "./decide.ts"
import type { Examined } from "./patterns.ts"

/** What was found out about a template, without the template. Plain data, as in JSON. */
interface ExaminedForm extends Omit<Examined, "template" | "around"> {
  /** What to deny around the template: methods, each with its paths. */
  readonly around: readonly (readonly [method: string, paths: readonly string[]])[]
}

/** What was found out about a route table when its configuration was bundled. Plain data, as in JSON. */
export interface TableForm {
  readonly ordersDiffer: boolean
  /** For each tree that the table is compiled for, in that order: the templates in their order. */
  readonly tables: readonly (readonly ExaminedForm[])[]
}

/** What an examination has found out, to be read again by `examinerOf`. The policy has no conflicts. */
export function tableFormOf({ tables, ordersDiffer }: PrincipalPolicy): TableForm {
  return {
    ordersDiffer,
    tables: tables.map(({ examined }) =>
      examined.map(({ template: _, around, deniedWith, ...rest }) => ({
        ...rest,
        deniedWith: deniedWith.map(({ at, bits }) => ({ at, bits })),
        around: [...around.deny],
      })),
    ),
  }
}

/** Reads what was found out about the same table by the same code. */
export function examinerOf({ ordersDiffer, tables }: TableForm): Examiner {
  const inOrder = tables.values()
  return {
    ordersDiffer: () => ordersDiffer,
    examine(templates) {
      const { value: read = [] } = inOrder.next()
      const examined = templates.map((template, at): Examined => {
        const { around, ...rest } = read[at] as ExaminedForm
        return { ...rest, template, around: { deny: new Map(around), exposed: [] } }
      })
      return { examined, conflicts: [] }
    },
  }
}
