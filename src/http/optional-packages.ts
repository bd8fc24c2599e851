import type { LoadPackage, OptionalPackage } from "./service-options.ts"

const needed: { readonly [name in OptionalPackage]: string } = {
  "prom-client": "an admin port",
  "@grpc/grpc-js": "a gRPC port",
  "@grpc/proto-loader": "a gRPC port",
}

/** Users of the library without a port do not install what the port is made of. */
const load: LoadPackage = async (name) => {
  if (name === "prom-client") return await import("prom-client")
  return name === "@grpc/grpc-js" ? await import("@grpc/grpc-js") : await import("@grpc/proto-loader")
}

/** Loads the exports of optional packages. @throws Error (rejects) that names the package and what it is for */
export function optionalPackages(loadPackage: LoadPackage = load): LoadPackage {
  return async (name) => {
    try {
      const loaded = await loadPackage(name)
      // A CommonJS module that was imported has its exports in `default`.
      return (loaded as { readonly default?: unknown }).default ?? loaded
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error
      throw new Error(`The package ${name} is missing, and ${needed[name]} needs it. Run: npm install ${name}`)
    }
  }
}
