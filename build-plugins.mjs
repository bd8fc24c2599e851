// The esbuild plugins of build.mjs.
import { readFile } from "node:fs/promises"
import { isBuiltin } from "node:module"
import { dirname, resolve } from "node:path"
import { fileURLToPath } from "node:url"

/**
 * lru-cache as its authors build it for browsers: without diagnostic channels, which nobody listens to here. And without
 * `performance`: it looks at that as it loads, and Node loads node:perf_hooks when somebody does, 13 of the 228 million
 * instructions of a start. It needs a clock for entries with a TTL only, which hallpass has none of.
 */
export const plainCache = {
  name: "plain-cache",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^lru-cache$/ }, () => {
      const path = fileURLToPath(import.meta.resolve("lru-cache"))
      return { path: path.replace(/([\\/])node([\\/]index\.min\.js)$/, "$1browser$2") }
    })
    onLoad({ filter: /[\\/]node_modules[\\/]lru-cache[\\/].*\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8")
      const silent = source.replaceAll(/\b[A-Za-z]+\.hasSubscribers\b/g, "false") // esbuild leaves out what hangs on it: 1 KB
      return { contents: `const performance = Date\n${silent}`, loader: "js" }
    })
  },
}

/**
 * Built-in modules without the module record that an `import` of them makes: filling that asks for each of their exports, and
 * some load half of Node when they are asked for (WebCrypto behind node:crypto, promises behind node:fs; 5 to 9 ms each).
 * Here only the exports that are used are asked for; `require` and `import()` get the module as it is.
 */
export const plainBuiltins = {
  name: "plain-builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:node:)?[a-z_]+(?:\/[a-z_]+)?$/ }, ({ path, kind }) => {
      if (kind === "entry-point" || !isBuiltin(path)) return undefined
      return { path, namespace: kind === "import-statement" ? "builtin" : "whole-builtin", sideEffects: false }
    })
    const theModule = (path) => `process.getBuiltinModule(${JSON.stringify(path)})`
    onLoad({ filter: /.*/, namespace: "whole-builtin" }, ({ path }) => ({
      contents: `module.exports = ${theModule(path)}`,
      loader: "js",
    }))
    onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path)).filter((name) => /^[A-Za-z_]\w*$/.test(name))
      // Marked as pure, because esbuild leaves out what is not used only where it is sure that leaving it out changes nothing.
      const exports = names.map(
        (name) => `const $${name} = /* @__PURE__ */ (() => builtin.${name})()
        export { $${name} as ${name} }`,
      )
      return {
        contents: `const builtin = /* @__PURE__ */ (() => ${theModule(path)})()
          export { builtin as default }
          ${exports.join("\n")}`,
        loader: "js",
      }
    })
  },
}

/**
 * Few files: one takes 0.5 ms to find, open and link, whatever its size, and esbuild makes one for each set of entries that share
 * something. All that a start loads stands in one beside the entry: every module that is loaded later is made to share all of
 * it, since it is there by then. And what is loaded one after another stands in one, too.
 *
 * @param {string} entry the module that a start begins with
 * @param {{ readonly [name: string]: readonly string[] }} together modules that are loaded later, by the name of their file; all
 *   their exports have names of their own
 * @param {ReadonlySet<string>} later all other modules that are loaded later
 */
export const fewFiles = (entry, together, later) => ({
  name: "few-files",
  setup({ onResolve, onLoad }) {
    const start = importedBy(entry)
    const groups = Object.entries(together)
    onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, kind, resolveDir }) => {
      if (kind !== "dynamic-import") return undefined
      const group = groups.find(([, modules]) => modules.includes(resolve(resolveDir, path)))
      return group && { path: group[0], namespace: "together" }
    })
    onLoad({ filter: /.*/, namespace: "together" }, async ({ path }) => {
      const exported = together[path].map((module) => `export * from ${JSON.stringify(module)}`)
      return { contents: [...exported, await start].join("\n"), loader: "js", resolveDir: dirname(entry) }
    })
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) =>
      later.has(path) ? { contents: `${await readFile(path, "utf8")}\n${await start}`, loader: "ts" } : undefined,
    )
  },
})

/** What a module imports, as exports. Not the module itself: the entry waits for modules that would then wait for it. */
async function importedBy(module) {
  const imports = (await readFile(module, "utf8")).matchAll(/^import \{(?<names>[^}]+)\} from "(?<from>\.[^"]+)"/gm)
  const exported = [...imports].map(({ groups: { names, from } }) => {
    const values = names.split(",").map((name) => name.trim())
    const renamed = values.filter((name) => /^\w+$/.test(name)).map((name) => `${name} as start_${name}`)
    return `export { ${renamed} } from ${JSON.stringify(resolve(dirname(module), from))}`
  })
  return exported.join("\n")
}

/** Puts a snapshot in place of the module that holds none. */
export const embed = (text) => ({
  name: "key-snapshot",
  setup({ onLoad }) {
    // A text that is parsed at start: engines read JSON faster than an object literal.
    const contents = `export default JSON.parse(${JSON.stringify(text)})`
    onLoad({ filter: /[\\/]handlers[\\/]key-snapshot\.ts$/ }, () => ({ contents, loader: "js" }))
  },
})

/** Bundles the configuration; its `routes` are the table, where they name a document. What else it says stays as it is. */
export const configure = (file, routes) => ({
  name: "configuration",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/authorizer\.config\.ts$/ }, () =>
      routes === undefined ? { path: file } : { path: "configuration", namespace: "with-routes" },
    )
    onLoad({ filter: /.*/, namespace: "with-routes" }, () => ({
      contents: `import configuration from ${JSON.stringify(file)}
          export default { ...configuration, routes: JSON.parse(${JSON.stringify(JSON.stringify(routes))}) }`,
      loader: "js",
      resolveDir: dirname(file),
    }))
  },
})
