import { type CheckedIssuer, checkIssuers } from "../../configuration/check-issuers.ts"
import { belongs } from "../../configuration/compiled-form.ts"
import type { FirstForm } from "../../policy/first-decisions.ts"
import type { TableForm } from "../../policy/table-form.ts"
import { type Presets, smallPresets } from "../../provider/presets.ts"
import { memoized } from "../../shared/memoized.ts"
import { type ConfiguredIssuer, loosely, type SelectIssuer, selectIssuer } from "../../token/issuers.ts"
import type { CompiledConfiguration, IssuerNames } from "../../types/compiled-form.ts"
import { refusal } from "../../types/reasons.ts"
import type { Loaded } from "../assemble.ts"
import type { ConnectIssuers } from "../connect.ts"
import { checkedAlready } from "./checked-already.ts"
import type { checkedRoutes } from "./checked-routes.ts"
import type { compiledTable } from "./compiled-table.ts"
import type { firstTable } from "./first-table.ts"
import type { RouteSupport } from "./routes.ts"

/** What was found out about a configuration, with the code that a build put into the start. */
export interface CompiledCode extends CompiledConfiguration {
  /** Whether form and configuration are constants of one build: then they belong to each other. */
  readonly isConstant?: boolean
  readonly restore?: typeof restore
  readonly compiledTable?: typeof compiledTable
  readonly firstTable?: typeof firstTable
  readonly checkedRoutes?: typeof checkedRoutes
  /** Reads `table` of the form, if a build has put that into a file of its own. */
  readonly readTable?: () => Promise<object>
  /** All that the configuration needs in addition to the small ones. */
  readonly presets?: Presets
}

/** What takes the place of checks that were made when the configuration was bundled. */
export interface Precompiled {
  readonly issuers: Pick<Loaded, "checkIssuers" | "connect" | "tableHash" | "isConstant">
  readonly routes: RouteSupport
  readonly presets: Presets | undefined
}

/** @returns undefined if the form does not belong to the configuration, or to this version */
export async function restore(
  { form, ...code }: CompiledCode,
  config: { readonly routes?: unknown },
): Promise<Precompiled | undefined> {
  if (code.isConstant !== true && !belongs(form, config)) return undefined
  const { table, first } = form
  const readTable = code.readTable ?? (async () => table)
  const routes = first
    ? (code.firstTable ?? (await import("./first-table.ts")).firstTable)(
        first as FirstForm,
        readTable as () => Promise<TableForm>,
      )
    : table === undefined
      ? config.routes === undefined
        ? checkedAlready
        : (code.checkedRoutes ?? (await import("./checked-routes.ts")).checkedRoutes)
      : (code.compiledTable ?? (await import("./compiled-table.ts")).compiledTable)(table as TableForm)
  const names = form.issuers
  const issuers = {
    checkIssuers: ((value, presets, keys) =>
      (value as readonly unknown[]).map((raw, index) =>
        late(`issuers[${index}]`, () => checkIssuers([raw], presets, keys, () => undefined, false, true)[0]),
      )) as typeof checkIssuers,
    tableHash: form.tableHash,
    isConstant: code.isConstant === true,
    connect: ((...given) => connectLate(names, ...given)) as ConnectIssuers,
  }
  return { issuers, routes, presets: code.presets && { ...smallPresets, ...code.presets } }
}

/** An issuer that is read when something of it is asked for. */
function late(path: string, read: () => CheckedIssuer | undefined): CheckedIssuer {
  const known = memoized(() => read() as CheckedIssuer)
  return {
    path,
    get profile() {
      return known().profile
    },
    get keyPolicy() {
      return known().keyPolicy
    },
    get keySet() {
      return known().keySet
    },
  }
}

/** Each issuer is read and connected with its first token, unless it is not known what tokens call it. */
function connectLate(
  names: readonly (IssuerNames | null)[],
  ...[issuers, connected, toleranceSeconds]: Parameters<ConnectIssuers>
): ReturnType<ConnectIssuers> {
  const configured = issuers.map((issuer): ConfiguredIssuer => {
    const known = memoized(() => connected(issuer))
    return {
      get profile() {
        return known().profile
      },
      get keys() {
        return known().keys
      },
    }
  })
  const [accepted, lookalikes] = [new Map<string, SelectIssuer>(), new Map<string, SelectIssuer>()]
  const others: ConfiguredIssuer[] = []
  for (const [at, each] of configured.entries()) {
    const named = names[at]
    if (!named) {
      others.push(each)
      continue
    }
    const own = memoized(() => selectIssuer([each], toleranceSeconds))
    const select: SelectIssuer = (...given) => own()(...given)
    for (const iss of named.accepted) accepted.set(iss, select)
    for (const iss of named.lookalikes) lookalikes.set(iss, select)
  }
  const selectOther = selectIssuer(others, toleranceSeconds)
  const loose = memoized(() => new Set([...accepted.keys()].map(loosely)))
  const select: SelectIssuer = (claims, headerMembers) => {
    const iss = claims.iss as string
    const known = accepted.get(iss)
    if (known !== undefined) return known(claims, headerMembers)
    const other = selectOther(claims, headerMembers)
    if (!("code" in other) || other.code !== unknown.code) return other
    const alike = lookalikes.get(iss)
    if (alike !== undefined) return alike(claims, headerMembers)
    return typeof iss === "string" && loose().has(loosely(iss)) ? spelling : other
  }
  return { configured, select }
}

const unknown = refusal("issuer_unknown")
const spelling = refusal("issuer_spelling")
