// Builds what is published: the library as modules of its own, and the command as one program with its libraries in it.
// So an installation of the library does not install them.        node build-package.mjs
import { execFileSync } from "node:child_process"
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { buildFunction, buildOpenBundle } from "./build.mjs"
import { bundlePage } from "./local/page/bundle.ts"

const root = dirname(fileURLToPath(import.meta.url))
const dist = join(root, "dist")

rmSync(dist, { recursive: true, force: true })
execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
})
rmSync(join(dist, "cli"), { recursive: true, force: true })
for (const file of readdirSync(dist).filter((name) => name.endsWith(".js"))) {
  const door = join(dist, file)
  writeFileSync(door, `import "./shared/node-version.js";\n${readFileSync(door, "utf8")}`)
}

/** The doors stay modules of the package: the command uses what library users import. */
const doorsOutside = {
  name: "doors-outside",
  setup({ onResolve }) {
    onResolve({ filter: /^(?:\.\.\/)+(?:src\/)?[a-z]+\.ts$/ }, ({ path, resolveDir }) => {
      const target = join(resolveDir, path)
      return dirname(target) === join(root, "src")
        ? { path: `../${target.slice(dirname(target).length + 1).replace(/\.ts$/, ".js")}`, external: true }
        : undefined
    })
  },
}

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { main: "src/cli/main.ts" },
  outdir: join(dist, "cli"),
  bundle: true,
  splitting: true,
  minify: true,
  metafile: true,
  format: "esm",
  platform: "node",
  target: "node22",
  mainFields: ["module", "main"],
  legalComments: "none",
  logLevel: "warning",
  // CommonJS libraries ask for built-in modules.
  // The name is longer than any that the minifier chooses: a large library had a short one, too.
  banner: {
    js: 'import{createRequire as createBundleRequire}from"node:module";const require=createBundleRequire(import.meta.url);',
  },
  // The page is bundled below; esbuild is not part of the package.
  external: ["@aws-sdk/*", "esbuild"],
  plugins: [doorsOutside],
})

// What `hallpass invoke` runs the function under is a program of its own.
copyFileSync(join(root, "local/runtime/plain-client.mjs"), join(dist, "cli/plain-client.mjs"))

// What `hallpass bundle --code-cache` runs in a process of its own.
copyFileSync(join(root, "build-code-cache.mjs"), join(dist, "cli/build-code-cache.mjs"))

// What `hallpass bundle` copies, so that nobody needs a bundler.
await buildOpenBundle(join(dist, "bundle"))

// The core template over these bundles, so that the AWS CLI alone can deploy it. What it says for the Serverless Application
// Repository names files of a clone.
await buildFunction("publish-checked-version", join(dist, "bundle-check"))
const template = readFileSync(join(root, "template.yaml"), "utf8")
  .replace(/^ {2}AWS::ServerlessRepo::Application:\n(?: {4}.*\n)+/m, "")
  .replaceAll(/^( +CodeUri: )build(-check)?\/$/gm, "$1bundle$2/")
writeFileSync(join(dist, "template.yaml"), template)

const page = await bundlePage()
mkdirSync(join(dist, "cli/page"))
for (const { path, contents } of page.outputFiles) writeFileSync(join(dist, "cli/page", basename(path)), contents)

const packages = new Set(
  Object.keys({ ...metafile.inputs, ...page.metafile.inputs }).flatMap(
    (path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? [],
  ),
)
const entries = [...packages].sort().map((name) => {
  const folder = join(root, "node_modules", name)
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
  const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim()
  return `${name} ${version} (${license})\n\n${text}\n`
})
writeFileSync(
  join(dist, "THIRD-PARTY.txt"),
  `The hallpass command contains these libraries. None of them is part of the library or of a Lambda bundle.\n\n${entries.join(`\n${"-".repeat(80)}\n\n`)}`,
)
if (!existsSync(join(dist, "cli/main.js"))) throw new Error("the command was not built")
