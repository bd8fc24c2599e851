import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type BuildOptions, build } from "esbuild"
import { audience, type BenchKey, issuer } from "../tokens.ts"

interface Build {
  readonly bundleOptions: BuildOptions
  buildBundle(options: { outdir: string; snapshot?: string; configuration?: string }): Promise<unknown>
}

/** A handler in a bundle, and what it has to be told. */
export interface Subject {
  readonly name: string
  /** The folder of the bundle, and its entry there without the ending. */
  readonly folder: string
  readonly entry: string
  /** Its variables, where keys come from its start, or from a key server. */
  readonly environment: (keys: { readonly jwksUri: string; readonly ca?: string | undefined }) => {
    [name: string]: string
  }
}

/** The subjects whose keys are at hand when they start, and those that have to fetch them. */
export interface Subjects {
  readonly seeded: readonly Subject[]
  readonly fetching: readonly Subject[]
}

export const bareName = "bare handler"
export const ownName = "hallpass"
export const awsName = "aws-jwt-verify + Powertools"

const comparators: { readonly [file: string]: string } = {
  "aws-jwt-verify": awsName,
  jsonwebtoken: "jsonwebtoken + jwks-rsa",
  jose: "jose, remote key set",
}

/** jsonwebtoken and jwks-rsa are CommonJS: in an ES module their `require` of built-in modules has to come from somewhere. */
const banner = {
  js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
}

/** Builds every bundle into a folder. The key is the one whose set hallpass embeds as its snapshot. */
export async function buildSubjects(folder: string, key: BenchKey): Promise<Subjects> {
  mkdirSync(folder, { recursive: true })
  const { buildBundle, bundleOptions } = (await import(new URL("../../build.mjs", import.meta.url).href)) as Build
  for (const file of ["bare", ...Object.keys(comparators)]) {
    const entryPoints = [`bench/cold/handlers/${file}.mjs`]
    await build({
      ...bundleOptions, // the same settings for what stands beside hallpass
      logLevel: "error",
      entryPoints,
      outdir: join(folder, file),
      ...(file === "jsonwebtoken" ? { banner } : {}),
    })
  }
  const jwks = JSON.stringify({ keys: [key.jwk] })
  const snapshot = join(folder, "key-snapshot.json")
  const sets = { [issuer]: { keys: [key.jwk] } }
  writeFileSync(snapshot, JSON.stringify({ takenAt: new Date(Date.now() - 60_000).toISOString(), sets }))
  await buildBundle({ outdir: join(folder, "hallpass") })
  await buildBundle({ outdir: join(folder, "hallpass-snapshot"), snapshot })

  const bare: Subject = { name: bareName, folder: join(folder, "bare"), entry: "bare", environment: () => ({}) }
  const others = (seed: { [name: string]: string }): Subject[] =>
    Object.entries(comparators).map(([file, name]) => ({
      name,
      folder: join(folder, file),
      entry: file,
      environment: ({ jwksUri, ca }) => ({
        COLD_ISSUER: issuer,
        COLD_AUDIENCE: audience,
        COLD_JWKS_URI: jwksUri,
        ...(ca === undefined ? {} : { COLD_CA: ca }),
        ...seed,
      }),
    }))
  const own = (variant: string): Subject => ({
    name: ownName,
    folder: join(folder, variant),
    entry: "authorizer",
    environment: ({ jwksUri, ca }) => (ca === undefined ? simpleVariables(jwksUri) : wholeConfiguration(jwksUri, ca)),
  })
  return {
    seeded: [bare, own("hallpass-snapshot"), ...others({ COLD_JWKS: jwks })],
    fetching: [own("hallpass"), ...others({})],
  }
}

function simpleVariables(jwksUri: string): { [name: string]: string } {
  return {
    HALLPASS_PROVIDER: "oidc",
    HALLPASS_ISSUER: issuer,
    HALLPASS_AUDIENCE: audience,
    HALLPASS_JWKS_URI: jwksUri,
    HALLPASS_RESPONSES: "simple",
  }
}

/** The same, with the one thing that no simple variable says: the authority of the key server. */
function wholeConfiguration(jwksUri: string, ca: string): { [name: string]: string } {
  const configuration = {
    issuers: [{ provider: "oidc", issuer, audience, jwksUri }],
    gateway: { responses: "simple" },
    keys: { ca },
  }
  return { HALLPASS_CONFIG: JSON.stringify(configuration) }
}
