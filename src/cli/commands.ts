import type { Command } from "./frame/command.ts"

/** Every command: one line about it, and how to load it. A command loads only what it needs itself. */
export const commands: {
  readonly [name: string]: { readonly summary: string; readonly load: () => Promise<Command> }
} = {
  init: {
    summary: "write a first configuration and a first cases file",
    load: async () => (await import("./init.ts")).init,
  },
  check: {
    summary: "check a configuration, and say what API Gateway must be set to",
    load: async () => (await import("./check.ts")).check,
  },
  explain: {
    summary: "say why a request was allowed or refused",
    load: async () => (await import("./explain.ts")).explain,
  },
  doctor: {
    summary: "look at issuers, keys, secrets, a token and the function",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  test: {
    summary: "run cases: callers and requests with the expected outcome",
    load: async () => (await import("./test.ts")).test,
  },
  diff: {
    summary: "compare what two configurations decide",
    load: async () => (await import("./diff.ts")).diff,
  },
  matrix: {
    summary: "list who can call what",
    load: async () => (await import("./matrix.ts")).matrix,
  },
  summary: {
    summary: "write a Markdown summary of check, test and diff",
    load: async () => (await import("./summary.ts")).summary,
  },
  simulate: {
    summary: "send requests through API Gateway's cache of answers",
    load: async () => (await import("./simulate.ts")).simulate,
  },
  hash: {
    summary: "print the hash by which records name a caller",
    load: async () => (await import("./hash.ts")).hash,
  },
  attach: {
    summary: "put hallpass in front of an API that exists",
    load: async () => (await import("./attach.ts")).attach,
  },
  unused: {
    summary: "list routes without calls, from access logs",
    load: async () => (await import("./unused.ts")).unused,
  },
  generate: {
    summary: "write policies and mappings for the API around the authorizer",
    load: async () => (await import("./generate.ts")).generate,
  },
  policy: {
    summary: "print the IAM policy that a token gets",
    load: async () => (await import("./policy.ts")).policy,
  },
  routes: {
    summary: "derive the route table from an OpenAPI document",
    load: async () => (await import("./routes.ts")).routes,
  },
  snapshot: {
    summary: "fetch the issuers' key sets into one file",
    load: async () => (await import("./snapshot.ts")).snapshot,
  },
  jwks: {
    summary: "print the public keys of assertions, for a mesh",
    load: async () => (await import("./jwks.ts")).jwks,
  },
  export: {
    summary: "write the rules as configuration of Istio, Envoy, Gloo or nginx",
    load: async () => (await import("./export.ts")).exportRules,
  },
  import: {
    summary: "write a configuration from an AuthConfig of Gloo",
    load: async () => (await import("./import.ts")).importRules,
  },
  serve: {
    summary: "run the rules as a service for nginx, Envoy, Caddy, Traefik, Gloo",
    load: async () => (await import("./serve.ts")).serve,
  },
  dev: {
    summary: "run a local API Gateway over a configuration, with a page",
    load: async () => (await import("./dev.ts")).dev,
  },
  bundle: {
    summary: "write the function for AWS Lambda, with a configuration",
    load: async () => (await import("./bundle.ts")).bundle,
  },
  invoke: {
    summary: "send an event to the built bundle, as Lambda does",
    load: async () => (await import("./invoke.ts")).invoke,
  },
  schema: {
    summary: "print the JSON Schema of a configuration",
    load: async () => (await import("./schema.ts")).schema,
  },
  completion: {
    summary: "print a completion script for bash, zsh or fish",
    load: async () => (await import("./completion.ts")).completion(commands),
  },
}
