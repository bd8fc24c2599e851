import type { KeySnapshot } from "../types/key-snapshot.ts"

/** What is known of the place where exported rules go. */
export interface ExportOptions {
  /**
   * What becomes of a demand that the target cannot express. `error` exports nothing. `comment` leaves out every rule
   * that would be weaker without the demand, so that those requests are refused.
   * @default "error"
   */
  readonly onUnsupported?: "error" | "comment"
  /** Namespace of the documents. Absent: the one that they are applied in. */
  readonly namespace?: string
  /** Labels of the workloads that the documents are for. Absent: every workload of the namespace. */
  readonly selector?: { readonly [label: string]: string }
  /** Name of the documents. @default "hallpass" */
  readonly name?: string
  /**
   * Istio, Envoy, and Gloo with `verifyTokens`: key sets that go into the documents, as `takeKeySnapshot` fetches them.
   * Absent: the target fetches the keys from the issuer's address.
   */
  readonly keySnapshot?: KeySnapshot
  /**
   * Gloo: whether it verifies tokens by itself, before it asks the service.
   * @default false
   */
  readonly verifyTokens?: boolean
  /**
   * Istio: the key set of the assertions that hallpass makes at the gateway, or the address at which the mesh reads it.
   * The mesh then demands an assertion in place of the caller's token. Goes with the block `assertion`.
   */
  readonly assertionKeys?: string | { readonly keys: readonly object[] }
  /** NGINX and Gloo: address of `hallpass serve`. @default "http://127.0.0.1:9191", and a cluster's for Gloo */
  readonly service?: string
  /** NGINX: address of what is protected. @default "http://127.0.0.1:8080" */
  readonly backend?: string
}

/** What an export could not say as the configuration has it, or says in another way. */
export interface ExportFinding {
  /**
   * `error`: the target cannot express a demand. `warning`: the exported rule is stricter. `info`: how the target
   * differs from hallpass whatever the configuration says.
   */
  readonly severity: "error" | "warning" | "info"
  /** Path in the configuration; empty if it is about the target. */
  readonly path: string
  readonly message: string
  readonly remedy: string
}

/** Plain objects for YAML or JSON, or texts. Empty if the export is refused. */
export interface Exported<D> {
  readonly documents: readonly D[]
  readonly findings: readonly ExportFinding[]
}

/** A difference of the target that is there whatever the configuration says. */
export function note(message: string, remedy: string): ExportFinding {
  return { severity: "info", path: "", message, remedy }
}

/** Whether nothing is exported: the target cannot express a demand, and `onUnsupported` says error. */
export function isRefused(findings: readonly ExportFinding[], { onUnsupported }: ExportOptions): boolean {
  return (onUnsupported ?? "error") === "error" && findings.some(({ severity }) => severity === "error")
}

/** A demand that the target cannot express. It never leaves the room. */
export class Unsupported extends Error {
  override readonly name: string = "Unsupported"
  readonly remedy: string

  constructor(message: string, remedy: string = askTheService) {
    super(message)
    this.remedy = remedy
  }
}

export const askTheService = "Let the neighbour ask hallpass serve, which knows every demand"
