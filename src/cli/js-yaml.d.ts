/** What is used of js-yaml, which comes without types. */
declare module "js-yaml" {
  export class YAMLException extends Error {
    readonly reason: string
    /** Line and column begin with 0. */
    readonly mark?: { readonly line: number; readonly column: number }
  }
  export const CORE_SCHEMA: object
  export function load(text: string, options: { readonly schema: object; readonly maxDepth: number }): unknown
}
