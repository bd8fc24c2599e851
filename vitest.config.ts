import type { ViteUserConfig } from "vitest/config"

// Fails every test during which a secret of the tests is written anywhere.
const setupFiles = ["test/support/canary-scan.ts"]

// What builds the package, the templates or the benches, or reads all of the documentation.
const wholeProduct = ["package", "deploy", "docs", "bench"].map((folder) => `test/${folder}/**/*.test.ts`)

const config: ViteUserConfig = {
  test: {
    // One for each processor, where the default leaves one of them idle.
    maxWorkers: "100%",
    // Three projects: the runtime tests build the bundle and AWS's runtime client first, and have a process each.
    projects: [
      {
        test: {
          name: "rooms",
          include: ["test/**/*.test.ts"],
          exclude: ["test/runtime/**", ...wholeProduct],
          setupFiles,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "package",
          include: wholeProduct,
          setupFiles,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: "runtime",
          include: ["test/runtime/**/*.test.ts"],
          globalSetup: ["test/runtime/setup.ts"],
          setupFiles,
          testTimeout: 60_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
}

export default config
