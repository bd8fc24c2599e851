import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { type BuildOptions, build } from "esbuild"
import { type AuthorizerConfig, createAuthorizer } from "../../src/index.ts"
import { rulesOf } from "../subjects/events.ts"
import { audience, type BenchKey, issuer } from "../subjects/tokens.ts"

interface Build {
  readonly bundleOptions: BuildOptions
  buildBundle(options: { [name: string]: string | boolean }): Promise<{ startBytes: number }>
}

/** A key server, and the authority of its certificate; none where no key is fetched before the first answer. */
export interface KeySource {
  readonly jwksUri: string
  readonly ca: string
}

/** A handler in a bundle, and the variables that it needs. */
export interface Bundle {
  readonly name: string
  readonly folder: string
  /** File and export. */
  readonly handler: string
  readonly environment: (keys: KeySource) => { [name: string]: string }
}

export interface Bundles {
  readonly seeded: readonly Bundle[]
  readonly fetching: readonly Bundle[]
  readonly startBytes: number
}

export const bareName = "bare handler"
export const ownName = "hallpass"
const awsName = "aws-jwt-verify + Powertools"

/** Builds every bundle into a folder. `seeded` have keys at hand when they start, `fetching` fetch them. */
export async function buildBundles(folder: string, key: BenchKey): Promise<Bundles> {
  const { buildBundle, bundleOptions } = (await import(new URL("../../build.mjs", import.meta.url).href)) as Build
  const at = (name: string): string => join(folder, name.replaceAll(/\W+/g, "-"))
  const bundle = (name: string, environment: Bundle["environment"], file = "authorizer"): Bundle => ({
    ...{ name, folder: at(name), handler: `${file}.handler`, environment },
  })
  const others = { bare: bareName, "aws-jwt-verify": awsName }
  const built: Promise<unknown>[] = Object.entries(others).map(([file, name]) => {
    const entryPoints = [join(import.meta.dirname, `handlers/${file}.mjs`)]
    return build({ ...bundleOptions, entryPoints, outdir: at(name) }) // the same settings for all
  })
  const jwks = { keys: [key.jwk] }
  const snapshot = join(folder, "key-snapshot.json")
  writeFileSync(
    snapshot,
    JSON.stringify({ takenAt: new Date(Date.now() - 60_000).toISOString(), sets: { [issuer]: jwks } }),
  )
  built.push(buildBundle({ outdir: at(`${ownName} fetching`) }))
  built.push(buildBundle({ outdir: at(`${ownName}, code cache fetching`), codeCache: true }))
  built.push(buildBundle({ outdir: at("hallpass, code cache"), snapshot, codeCache: true }))

  const ofConfiguration: Bundle["environment"] = ({ jwksUri, ca }) => {
    const issuers = [{ provider: "oidc", issuer, audience, jwksUri, ...(ca && { keys: { ca } }) }]
    return { HALLPASS_CONFIG: JSON.stringify({ issuers, gateway: { responses: "simple" } }) }
  }
  /** With its configuration in the bundle. */
  const bundled = (name: string, config: AuthorizerConfig): Bundle => {
    createAuthorizer(config) // reports what is wrong with it
    const configuration = `${at(name)}.ts`
    writeFileSync(configuration, `export default ${JSON.stringify(config)}\n`)
    built.push(buildBundle({ outdir: at(name), configuration }))
    return bundle(name, () => ({}))
  }
  const entry = (name: string) =>
    ({ provider: "oidc", issuer: name, audience, jwks }) as AuthorizerConfig["issuers"][number]
  const tenants = Array.from({ length: 199 }, (_, index) => entry(`https://tenant-${index}.issuer.example/`))
  const simple = { responses: "simple" } as const
  const aws = (seed: { [name: string]: string }): Bundle => {
    const fixed = { COLD_ISSUER: issuer, COLD_AUDIENCE: audience, ...seed }
    return bundle(awsName, ({ jwksUri, ca }) => ({ ...fixed, COLD_JWKS_URI: jwksUri, COLD_CA: ca }), "aws-jwt-verify")
  }
  const bare = bundle(bareName, () => ({}), "bare")
  const own = bundle(ownName, ofConfiguration)
  const cached = bundle("hallpass, code cache", ofConfiguration)
  const inBundle = [
    cached,
    bundled("hallpass, bundled configuration", { issuers: [entry(issuer)], gateway: simple }),
    bundled("hallpass, 50 bundled routes", { issuers: [entry(issuer)], routes: rulesOf(50) }),
    bundled("hallpass, 200 bundled issuers", { issuers: [...tenants, entry(issuer)], gateway: simple }),
  ]
  const { startBytes } = await buildBundle({ outdir: at(ownName), snapshot })
  await Promise.all(built)
  return {
    seeded: [bare, own, aws({ COLD_JWKS: JSON.stringify(jwks) }), ...inBundle],
    fetching: [bare, aws({}), ...[own, cached].map((one) => ({ ...one, folder: `${one.folder}-fetching` }))],
    startBytes,
  }
}
