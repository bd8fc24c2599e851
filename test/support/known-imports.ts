// vitest notes each import that Node.js resolves, by a message to another process. Nothing here needs that, and the
// place of these modules follows from their names.
import { registerHooks } from "node:module"

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith("node:")) return { url: specifier, format: "builtin", shortCircuit: true }
    // A module of this project from another one of it.
    if (context.parentURL === undefined || !specifier.startsWith(".") || !specifier.endsWith(".ts"))
      return next(specifier, context)
    return { url: new URL(specifier, context.parentURL).href, format: "module-typescript", shortCircuit: true }
  },
})
