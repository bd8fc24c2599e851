import { readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { Ajv } from "ajv"
import { describe, expect, it } from "vitest"
import { parse, parseAllDocuments } from "yaml"
import { serve } from "../../src/cli/serve.ts"
import { render } from "./helm-template.ts"

// 18-2: helm is not here. The values are checked with the chart's own schema, and the templates are rendered by a small
// renderer.

const root = resolve(import.meta.dirname, "../..")
const chart = join(root, "deploy/helm/hallpass")
const read = (path: string): string => readFileSync(join(chart, path), "utf8")
type Values = { readonly [name: string]: unknown }
const defaults = parse(read("values.yaml")) as Values
const about = parse(read("Chart.yaml")) as { readonly appVersion: string; readonly version: string }
const isValid = new Ajv({ allErrors: true }).compile(JSON.parse(read("values.schema.json")) as object)
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  version: string
  bin: { hallpass: string }
}

interface Resource {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels: Values }
  readonly spec: never
  readonly data?: { readonly [name: string]: string }
}

/** The resources of the chart with these values, by kind. */
function rendered(values: Values): { readonly [kind: string]: Resource } {
  const all = { ...defaults, ...values }
  expect([isValid(all), isValid.errors]).toEqual([true, null])
  const scope = { Values: all, Release: { Name: "authz" }, Chart: { AppVersion: about.appVersion } }
  const resources = readdirSync(join(chart, "templates")).flatMap((file) =>
    parseAllDocuments(render(read(`templates/${file}`), scope)).map((document) => {
      expect(document.errors, file).toEqual([])
      return document.toJS() as Resource | null
    }),
  )
  return Object.fromEntries(resources.flatMap((each) => (each === null ? [] : [[each.kind, each]])))
}

interface Container {
  readonly image: string
  readonly args: readonly string[]
  readonly ports: readonly { name: string; containerPort: number }[]
  readonly securityContext: object
  readonly volumeMounts: readonly { name: string; mountPath: string; readOnly: boolean }[]
  readonly readinessProbe: object
  readonly livenessProbe: object
}
interface PodSpec {
  readonly containers: readonly [Container]
  readonly volumes: readonly { readonly name: string }[]
}
const pod = (deployment: Resource | undefined): PodSpec | undefined =>
  (deployment?.spec as unknown as { template: { spec: PodSpec } } | undefined)?.template.spec

const config = JSON.stringify({ issuers: [], note: 'quotes " and {{ braces }} and \n lines' })

describe("18-2: the Helm chart", () => {
  it("refuses values without a configuration, and values that it does not know", () => {
    expect(isValid(defaults)).toBe(false)
    expect(isValid({ ...defaults, config, dialekt: "nginx" })).toBe(false)
    expect(isValid({ ...defaults, config, dialect: "apache" })).toBe(false)
    expect(isValid({ ...defaults, config, replicas: 0 })).toBe(false)
    expect(isValid({ ...defaults, config, tls: { clientCaSecretName: "ca", secretName: "" } })).toBe(false)
    expect(isValid({ ...defaults, existingConfigMap: "own" })).toBe(true)
  })

  it("every value has a place in the schema, and the other way round", () => {
    const { properties } = JSON.parse(read("values.schema.json")) as { properties: object }
    expect(
      Object.keys(properties)
        .filter((name) => name !== "global")
        .toSorted(),
    ).toEqual(Object.keys(defaults).toSorted())
  })

  it("has the version of the package", () => {
    expect([about.version, about.appVersion]).toEqual([manifest.version, manifest.version])
  })

  it("runs the service with its configuration, without privileges, with probes on the admin port", () => {
    const resources = rendered({ config })
    expect(Object.keys(resources).toSorted()).toEqual([
      "ConfigMap",
      "Deployment",
      "NetworkPolicy",
      "PodDisruptionBudget",
      "Service",
    ])
    expect(resources.ConfigMap?.data?.["authorizer.json"]).toBe(config)
    const spec = pod(resources.Deployment)
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    })
    const [container] = spec?.containers ?? []
    expect(container).toMatchObject({
      image: `registry.example.com/hallpass:${manifest.version}`,
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      livenessProbe: { httpGet: { path: "/healthz", port: "admin" } },
      readinessProbe: { httpGet: { path: "/readyz", port: "admin" } },
      resources: defaults.resources,
    })
    expect(container?.volumeMounts.every(({ readOnly }) => readOnly)).toBe(true)
    for (const { metadata } of Object.values(resources)) expect(metadata.name).toBe("authz")
  })

  it.each([
    ["the defaults", {}],
    [
      "TLS and gRPC beside HTTP",
      { dialect: "envoy", grpcPort: 9193, tls: { secretName: "tls", clientCaSecretName: "ca" } },
    ],
    [
      "everything",
      {
        existingConfigMap: "own",
        replicas: 1,
        podAnnotations: { a: "b" },
        nodeSelector: { disk: "ssd" },
        env: [{ name: "A", value: "b" }],
        tolerations: [{ key: "a", operator: "Exists" }],
        affinity: { nodeAffinity: {} },
        imagePullSecrets: [{ name: "pull" }],
        networkPolicy: {
          enabled: true,
          from: [{ podSelector: { matchLabels: { app: "gateway" } } }],
          monitoringFrom: [{ podSelector: {} }],
        },
      },
    ],
  ])("%s: every argument is an option of the command, and ports and volumes fit together", (_what, values) => {
    const resources = rendered({ config, ...values })
    const spec = pod(resources.Deployment)
    const [container] = spec?.containers ?? []
    const flags = serve.options.map(({ flags: text }) => /--[a-z-]+/.exec(text)?.[0])
    const given = (container?.args ?? []).filter((word) => word.startsWith("--"))
    expect(given.length).toBeGreaterThanOrEqual(3)
    for (const flag of given) expect(flags).toContain(flag)
    expect(container?.args.every((word) => typeof word === "string")).toBe(true)
    const names = container?.ports.map(({ name }) => name) ?? []
    const { ports } = (resources.Service?.spec ?? { ports: [] }) as { ports: readonly { targetPort: string }[] }
    for (const { targetPort } of ports) expect(names).toContain(targetPort)
    expect(container?.volumeMounts.map(({ name }) => name)).toEqual(spec?.volumes.map(({ name }) => name))
    for (const { mountPath } of container?.volumeMounts ?? []) {
      const used = mountPath.endsWith(".json") || container?.args.some((word) => word.startsWith(`${mountPath}/`))
      expect(used, mountPath).toBe(true)
    }
  })
})

describe("18-2: the container file", () => {
  const lines = readFileSync(join(root, "deploy/container/Dockerfile"), "utf8")

  it("runs the command of the package as an unprivileged user", () => {
    expect(lines).toContain(`/opt/hallpass/node_modules/hallpass/${manifest.bin.hallpass.replace("./", "")}`)
    expect(lines.indexOf("\nUSER node")).toBeGreaterThan(lines.lastIndexOf("\nFROM "))
    const entry = JSON.parse(
      /^ENTRYPOINT (\[[\s\S]*?\])$/m.exec(lines)?.[1]?.replaceAll("\\\n", "") ?? "[]",
    ) as string[]
    const flags = serve.options.map(({ flags: text }) => /--[a-z-]+/.exec(text)?.[0])
    for (const word of entry.filter((each) => each.startsWith("--"))) expect(flags).toContain(word)
    expect(entry.slice(0, 3)).toEqual(["node", expect.stringContaining("main.js"), "serve"])
  })
})
