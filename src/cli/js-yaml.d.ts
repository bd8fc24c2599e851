/** What is used of js-yaml, which comes without types. */
declare module "js-yaml" {
  export class YAMLException extends Error {
    readonly reason: string
    /** Line and column begin with 0. */
    readonly mark?: { readonly line: number; readonly column: number }
  }
  /** A tag of a document, and the value that it makes. */
  export class Type {
    constructor(
      tag: string,
      options: { readonly kind: "scalar" | "sequence" | "mapping"; readonly construct: (data: unknown) => unknown },
    )
  }
  export const CORE_SCHEMA: { extend(types: readonly Type[]): object }
  export function load(text: string, options: { readonly schema: object; readonly maxDepth: number }): unknown
  export function dump(
    value: unknown,
    options: {
      readonly lineWidth: number
      readonly noRefs: boolean
      /** Values of text are in quotes; names of members are not. */
      readonly forceQuotes: boolean
      readonly quotingType?: '"'
    },
  ): string
}
