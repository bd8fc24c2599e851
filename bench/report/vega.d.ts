// The little that drawing needs of both libraries, so that types can be checked where they are not installed.
declare module "vega" {
  export function parse(spec: object): object
  export class View {
    constructor(runtime: object, options: { renderer: "none" })
    toSVG(): Promise<string>
    finalize(): void
  }
}

declare module "vega-lite" {
  export function compile(spec: object): { readonly spec: object }
}
