import type { IssuerConfig } from "../../src/index.ts"
import { createTestIssuer, type TestIssuerOptions } from "../../src/testing.ts"
import { issuerOf, type LocalIssuer } from "./issuer.ts"
import { serveIssuer } from "./issuer-server.ts"
import type { Signer } from "./signer.ts"

const places = { keySet: "/keys", discovery: "/.well-known/openid-configuration", token: "/token" }

/**
 * Starts a stand-in for an issuer of a configuration: its tokens have the shape and the names of the real issuer, and
 * its keys are of this process.
 *
 * @param clock milliseconds since the epoch
 */
export async function startConfiguredIssuer(
  name: string,
  config: IssuerConfig,
  clock: () => number,
): Promise<LocalIssuer> {
  const { jwks: _, jwksUri: _unused, ...options } = config as { jwks?: unknown; jwksUri?: unknown } & typeof config
  const issuer = createTestIssuer({ ...options, clock } as TestIssuerOptions)
  const signer: Signer = {
    issuer: issuer.issuer,
    jwks: () => issuer.jwks,
    async token({ claims = {}, defects = [], scope, app }) {
      return issuer.token({ ...(scope !== undefined && { scope }), ...appClaims(app), ...claims }, defects)
    },
    async rotate() {
      issuer.rotate()
    },
  }
  return issuerOf(name, config, signer, await serveIssuer(signer, places), places)
}

/** A program acts for itself: its subject is the client. */
function appClaims(app: { readonly client?: string } | undefined): { readonly [claim: string]: unknown } {
  return app === undefined ? {} : { client_id: app.client, sub: app.client, gty: "client-credentials" }
}
