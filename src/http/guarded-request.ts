import type { Principal } from "../types/principal.ts"

/** What an allowed request is given: `request.hallpass`. */
export interface GuardedIdentity {
  readonly principal: Principal
  /** The configured route that applied, as the configuration writes it. */
  readonly route: string | undefined
  /** The identity headers that a neighbour would get, by lower-case name, for passing the request on. */
  readonly headers: { readonly [name: string]: string }
}

/** As much of a request of node:http, or of Express, as is read. */
export interface GuardedRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** Express: the target before a mounted application has cut it. */
  readonly originalUrl?: string
  /** As they were received, with duplicates. */
  readonly rawHeaders?: readonly string[]
  /** Read only if there are no raw ones: adapters of Function URLs and load balancers make such requests. */
  readonly headers?: { readonly [name: string]: string | readonly string[] | undefined }
  readonly socket?: { readonly remoteAddress?: string | undefined } | null
  /** Set if the request is allowed. */
  hallpass?: GuardedIdentity
}

/** As much of a response of node:http as is used. */
export interface GuardedResponse {
  writeHead(status: number, headers: { [name: string]: string }): unknown
  end(): unknown
}
