// The esbuild plugins of build.mjs.
import { readFile } from "node:fs/promises"
import { isBuiltin } from "node:module"
import { dirname, join, sep } from "node:path"
import { fileURLToPath } from "node:url"

/**
 * lru-cache as its authors build it for browsers: without diagnostic channels, which have no listener here, and without
 * `performance`. It reads that as it loads, and Node then loads node:perf_hooks: 13 of the 228 million instructions of
 * a start. It needs a clock for entries with a TTL only, which hallpass has none of.
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
 * Built-in modules without the module record that an `import` of them makes: filling that asks for each of their
 * exports, and some load half of Node when they are asked for (WebCrypto behind node:crypto, promises behind node:fs; 5
 * to 9 ms each). Here only the exports that are used are asked for; `require` and `import()` get the module as it is.
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
      // Marked as pure, because esbuild leaves out what is not used only where it is sure that leaving it out changes
      // nothing.
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
 * Few files: a file takes 0.5 ms to find, open and link, whatever its size, and esbuild makes one for each set of
 * entries that share something. So each module that is loaded later shares all of the start: what a start loads is in
 * one file beside the entry.
 *
 * @param {string} start the module whose exports are all that the entry imports
 */
export const shareStart = (start) => ({
  name: "share-start",
  setup({ onResolve, onLoad, resolve, esbuild }) {
    const root = dirname(dirname(start))
    const own = [join(root, "src") + sep, join(root, "handlers/authorizer.ts"), join(root, "handlers/compiled.ts")]
    onResolve({ filter: /.*/ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
      if (kind !== "dynamic-import" || pluginData === asItIs) return undefined
      const isOwn = own.some((each) => importer.startsWith(each))
      if (isBuiltin(path)) return { path, namespace: "later-builtin", pluginData: { resolveDir, isOwn } }
      const found = await resolve(path, { kind, resolveDir, importer, pluginData: asItIs })
      if (found.errors.length > 0 || found.external) return undefined // esbuild says what is wrong, and where
      return { path: found.path, namespace: "later", pluginData: { resolveDir, isOwn } }
    })
    onLoad({ filter: /.*/, namespace: "later" }, async ({ path, pluginData: { resolveDir, isOwn } }) => {
      const module = JSON.stringify(path)
      const exported = isOwn ? `export * from ${module}` : exportsOf(module, await namesIn(path))
      return { contents: `${exported}\nexport * from ${JSON.stringify(start)}`, loader: "js", resolveDir }
    })
    // What a configuration imports may have a default export, and names that the start has, too: `*` leaves both out.
    const exportsOf = (module, names) => {
      const each = names.map((name, at) => {
        const text = JSON.stringify(name)
        return `const $${at} = module[${text}]\nexport { $${at} as ${text} }`
      })
      return [`import * as module from ${module}`, ...each].join("\n")
    }
    const namesIn = async (path) => {
      const options = { bundle: true, write: false, format: "esm", platform: "node", logLevel: "silent" }
      const { metafile } = await esbuild.build({
        ...{ ...options, entryPoints: [path], outdir: ".", metafile: true, packages: "external" },
      })
      const found = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined)
      if (metafile.inputs[found.entryPoint]?.format === "esm") return found.exports
      // CommonJS and JSON say only where they run what import() gives.
      const contents = `import * as module from ${JSON.stringify(path)}\nexport default Object.keys(module)`
      const stdin = { contents, resolveDir: dirname(path) }
      const { outputFiles } = await esbuild.build({ ...options, stdin, plugins: [plainBuiltins] })
      const address = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
      try {
        return (await import(address)).default
      } catch ({ message }) {
        throw new Error(`${path} cannot be run here, so what import() gives is not known: ${message}`)
      }
    }
    // Not what is a global, too: `http.WebSocket` is one, and loads undici when it is asked for (20 ms).
    onLoad({ filter: /.*/, namespace: "later-builtin" }, ({ path, pluginData: { resolveDir, isOwn } }) => {
      const members = Object.keys(process.getBuiltinModule(path))
      const names = members.filter((name) => /^[A-Za-z_]\w*$/.test(name) && !(isOwn && name in globalThis))
      const theModule = `process.getBuiltinModule(${JSON.stringify(path)})`
      const contents = `export const { ${names.filter((name) => name !== "default")} } = ${theModule}
        ${isOwn ? "" : `export default ${theModule}`}
        export * from ${JSON.stringify(start)}`
      return { contents, loader: "js", resolveDir }
    })
  },
})
const asItIs = Symbol("resolve without this plugin")

/** Puts a snapshot in place of the module that holds none. */
export const embed = (text) => ({
  name: "key-snapshot",
  setup({ onLoad }) {
    // A text that is parsed at start: engines read JSON faster than an object literal.
    const contents = `export default JSON.parse(${JSON.stringify(text)})`
    onLoad({ filter: /[\\/]handlers[\\/]key-snapshot\.ts$/ }, () => ({ contents, loader: "js" }))
  },
})

/** Puts the recorded events in place of the module that holds none. */
export const embedEvents = (events) => ({
  name: "recorded-events",
  setup({ onLoad }) {
    const contents = `export default JSON.parse(${JSON.stringify(JSON.stringify(events))})`
    onLoad({ filter: /[\\/]handlers[\\/]recorded-events\.ts$/ }, () => ({ contents, loader: "js" }))
  },
})

/**
 * Bundles the configuration; its `routes` are the table, where they name a document. What else it says stays as it is.
 *
 * @param {unknown} constant all of it, if it is the same wherever it runs: engines read JSON faster than a literal
 */
export const configure = (file, { routes, constant }) => ({
  name: "configuration",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/authorizer\.config\.ts$/ }, () =>
      routes === undefined && constant === undefined
        ? { path: file }
        : { path: "configuration", namespace: constant === undefined ? "with-routes" : "constant" },
    )
    const parsed = (value) => `JSON.parse(${JSON.stringify(JSON.stringify(value))})`
    onLoad({ filter: /.*/, namespace: "constant" }, () => ({
      contents: `export default ${parsed(constant)}`,
      loader: "js",
    }))
    onLoad({ filter: /.*/, namespace: "with-routes" }, () => ({
      contents: `import configuration from ${JSON.stringify(file)}
          export default { ...configuration, routes: ${parsed(routes)} }`,
      loader: "js",
      resolveDir: dirname(file),
    }))
  },
})

/**
 * Puts what was found out about the configuration in place of the module that holds nothing, and the code that reads it
 * into the start.
 */
export const embedCompiled = ({ form: whole, withRoutes, presets, constant }) => ({
  name: "compiled-configuration",
  setup({ onLoad }) {
    const { table, ...rest } = whole
    const isLater = whole.first !== undefined
    const form = isLater ? rest : whole
    const routes = isLater ? "firstTable" : table === undefined ? "checkedRoutes" : "compiledTable"
    const parts = ["restore", ...(withRoutes ? [routes] : [])]
    const contents = `import { ${[...parts, ...presets].join(", ")} } from "./start.ts"
      export default {
        ${parts.join(", ")},
        presets: { ${presets.map((name) => `...${name}`).join(", ")} },
        form: JSON.parse(${JSON.stringify(JSON.stringify(form))}),
        isConstant: ${constant !== undefined},
        ${isLater ? 'readTable: async () => (await import("./compiled-table.ts")).table,' : ""}
      }`
    const exports = [...parts, ...presets].map((name) => `export { ${name} } from "../src/${compiledCode[name]}.ts"`)
    onLoad({ filter: /[\\/]handlers[\\/]compiled\.ts$/ }, () => ({ contents, loader: "js" }))
    const tableText = JSON.stringify(JSON.stringify(isLater ? table : null))
    onLoad({ filter: /[\\/]handlers[\\/]compiled-table\.ts$/ }, () => ({
      contents: `export const table = JSON.parse(${tableText})`,
      loader: "js",
    }))
    onLoad({ filter: /[\\/]handlers[\\/]start\.ts$/ }, async ({ path }) => ({
      contents: [await readFile(path, "utf8"), ...exports].join("\n"),
      loader: "ts",
    }))
  },
})
/** Where in src/ the code is that a compiled configuration can need. */
const compiledCode = {
  restore: "authorizer/optional/compiled",
  firstTable: "authorizer/optional/first-table",
  checkedRoutes: "authorizer/optional/checked-routes",
  compiledTable: "authorizer/optional/compiled-table",
  oidcPresets: "provider/oidc-presets",
  entraPresets: "provider/entra-presets",
}

/**
 * Leaves configuration, what was found out about it, and snapshot to files beside the entry, which `hallpass bundle`
 * writes for each deployment. They are read, not imported: a module costs a start 0.5 ms.
 */
export const apart = {
  name: "apart",
  setup({ onLoad }) {
    for (const [module, file] of [
      ["authorizer\\.config", "configuration.json"],
      ["compiled", "compiled.json"],
      ["key-snapshot", "key-snapshot.json"],
    ])
      onLoad({ filter: new RegExp(`[\\\\/]handlers[\\\\/]${module}\\.ts$`) }, () => ({
        contents: `let text
          try {
            const file = new URL(${JSON.stringify(file)}, import.meta.url)
            text = process.getBuiltinModule("node:fs").readFileSync(file, "utf8")
          } catch (error) {
            if (error.code !== "ENOENT") throw error
          }
          export default text && JSON.parse(text)`,
        loader: "js",
      }))
  },
}
