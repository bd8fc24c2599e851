// vitest notes each import that Node.js resolves, by a message to another process. Commands load what they need when
// they run, so a file with many runs of them would write thousands of messages about the same imports.
import { registerHooks } from "node:module"

const known = new Map<string, { readonly url: string; readonly format?: string | null | undefined }>()

registerHooks({
  resolve(specifier, context, next) {
    // A module of this project from another one of it: its place does not change while the process lives.
    if (!specifier.startsWith(".") || !specifier.endsWith(".ts")) return next(specifier, context)
    const key = `${context.parentURL} ${specifier}`
    const found = known.get(key)
    if (found !== undefined) return { ...found, shortCircuit: true }
    const made = next(specifier, context)
    known.set(key, { url: made.url, format: made.format })
    return made
  },
})
