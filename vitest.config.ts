import { join } from "node:path"
import type { ViteUserConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

// npm test          everything
// npm run test:quick   what takes less than a minute (vitest --mode quick)
// npm run test:long    everything, generated cases ten times as many and other ones each time (vitest --mode long)

// Fails every test during which a secret of the tests is written anywhere; puts the environment back after each file.
const setupFiles = ["test/support/each-file.ts"]

/** The project whose files share a process. */
const shared = "rooms"

/** The projects in the order of a run. */
const order = ["alone", shared, "runtime"]

/**
 * What changes what all files of a process share. Each such file has a process of its own; all others share one for each
 * processor, so that modules and keys are made once.
 */
const alone = ["attacks/edge-evidence", "attacks/prototype", "token/heap-bytes"].map((name) => `test/${name}.test.ts`)

/** What test:quick leaves out: child processes, builds, other programs, many thousand generated cases. */
const takesLong = [
  ...["bench", "cli", "conformance", "deploy", "keys/faults", "runtime"].map((folder) => `test/${folder}/**`),
  ...[
    "docs/cost",
    "docs/examples",
    "edge/guides",
    "edge/irules",
    "edge/nginx",
    "http/neighbours",
    "http/same-verdict",
    "local/command",
    "local/demonstration",
    "local/page",
    "package/bundle",
    "package/bundle-text",
    "package/tarball",
  ].map((name) => `test/${name}.test.ts`),
  "test/comparison/compare.test.ts",
  "test/aws/moto.test.ts",
]

/**
 * The longest files begin first, so that no processor waits for one of them at the end. Of these, files that start other
 * programs come before those that fill the heap: a process of 1 GB takes 20 times as long to start another one. While
 * http/neighbours waits for HAProxy, and cli/dev for a change to be seen, the browser of local/page uses both processors.
 */
const longest = [
  "local/page.test",
  "http/neighbours",
  "cli/dev",
  "package/tarball",
  "cli/terminal",
  "deploy/cfn-guard.test",
  "deploy/cfn-lint",
  "deploy/cdk-example",
  "deploy/identity-sources",
  "docs/examples",
  "package/bundle",
  "package/code-cache",
  "local/demonstration",
  "local/command",
  "edge/irules",
  "edge/nginx",
  "test/cli/",
  "aws/moto",
  "comparison/compare.test",
  "conformance/policy/",
  "keys/faults/",
  "runtime/snapshot",
  "runtime/parameter-sets",
  "runtime/freeze",
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const found = longest.findIndex((part) => moduleId.includes(part))
      // A process that files share ends when the next file is one of another project, so these stay together. What the
      // last of them need is made meanwhile.
      return order.indexOf(project.name) * 2 * longest.length + (found < 0 ? longest.length : found)
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

type Settings = NonNullable<ViteUserConfig["test"]>

/** The projects of a run. No test depends on real time: these limits only end what hangs, also on a busy machine. */
export function projectsOf(mode: string): { readonly test: Settings & { readonly name: string } }[] {
  const usual = {
    setupFiles,
    // Node.js loads the modules itself, as it does for `node src/cli/main.ts`: that takes a fifth of the time, and code
    // runs as fast as outside of tests. So vi.mock has no effect; a test that needs it registers hooks of node:module.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    testTimeout: mode === "long" ? 7_200_000 : 900_000,
    hookTimeout: 600_000,
    env: {
      TEST_MODE: mode,
      // Child processes spend most of their time compiling the same modules.
      NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/hallpass-tests"),
      // esbuild, tsc and Terraform run for a moment: collecting garbage less often saves up to a third of their time.
      GOGC: "400",
    },
  }
  const rooms = (without: readonly string[]): { test: Settings & { name: string } } => ({
    test: {
      ...{ ...usual, name: shared, isolate: false },
      ...{ include: ["test/**/*.test.ts"], exclude: [...without, ...alone] },
    },
  })
  if (mode === "quick")
    return [rooms(takesLong), { test: { ...usual, name: "alone", include: alone, exclude: takesLong } }]
  return [
    rooms(["test/runtime/**"]),
    { test: { ...usual, name: "alone", include: alone } },
    // Builds the bundle and AWS's runtime client while the others run.
    {
      test: {
        ...usual,
        name: "runtime",
        isolate: false,
        setupFiles: [...setupFiles, "test/runtime/each-file.ts"],
        include: ["test/runtime/**/*.test.ts"],
        globalSetup: ["test/runtime/setup.ts"],
      },
    },
  ]
}

export default ({ mode }: { readonly mode: string }): ViteUserConfig => ({
  test: {
    // One for each processor, where the default leaves one of them idle.
    maxWorkers: "100%",
    reporters: ["default", ["./test/support/left-out.ts", { quick: mode === "quick" }]],
    sequence: { sequencer: LongestFirst },
    projects: projectsOf(mode),
  },
})
