import type { Metafile } from "esbuild"
import { afterAll, beforeAll } from "vitest"

/** What build.mjs says of a bundle that it wrote. */
export interface Bundle {
  readonly startBytes: number
  readonly configurationBytes: number
  readonly snapshotBytes: number
  readonly mostBytes: number
  readonly isBracketed: boolean
  readonly openApi?: { readonly found: { readonly routes: object } }
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly atStart: boolean }[]
  readonly metafile: Metafile
}

interface Build {
  readonly bundleOptions: { external?: readonly string[] }
  buildBundle(options: {
    readonly outdir: string
    readonly configuration?: string
    readonly snapshot?: string
    readonly codeCache?: boolean
  }): Promise<Bundle>
}

export const buildFile: URL = new URL("../../build.mjs", import.meta.url)

// Plain JavaScript, without types of its own.
const { bundleOptions, ...build } = (await import(buildFile.href)) as Build
export const buildBundle: Build["buildBundle"] = build.buildBundle

/**
 * Leaves the clients of AWS out of what this process builds, until the file or the group ends. They are two thirds of
 * what a build reads, and no start loads them. For bundles that are asked what calls none of AWS.
 */
export function buildWithoutAwsClients(): void {
  beforeAll(() => {
    bundleOptions.external = ["@aws-sdk/*"]
  })
  afterAll(() => {
    delete bundleOptions.external
  })
}
