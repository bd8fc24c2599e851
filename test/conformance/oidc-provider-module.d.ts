// The package ships no types; this is what the test uses of it.
declare module "oidc-provider" {
  import type { RequestListener } from "node:http"

  export default class Provider {
    constructor(issuer: string, configuration: object)
    callback(): RequestListener
  }
}
