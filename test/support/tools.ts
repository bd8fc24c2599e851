import { existsSync } from "node:fs"
import { delimiter, join, resolve } from "node:path"
import { hasPackages } from "./python-program.ts"

/** A program that tests use if it is there. They install none of them. */
export interface Tool {
  readonly isThere: boolean
  /** What a run without it does not show. */
  readonly shows: string
  /** How to get it. */
  readonly get: string
  /** The test files that leave something out without it. */
  readonly files: RegExp
}

const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"].filter((folder) => folder !== "")
const isOnPath = (program: string): boolean => folders.some((folder) => existsSync(join(folder, program)))

/** The tool is looked for on the first call, and once. */
function tool(looked: () => boolean, rest: Omit<Tool, "isThere">): Tool {
  let found: boolean | undefined
  return {
    ...rest,
    get isThere() {
      found ??= looked()
      return found
    },
  }
}

/** nginx with its JavaScript module, in the place of Debian's packages. */
export const nginx: Tool = tool(
  () => ["nginx", "openssl"].every(isOnPath) && existsSync("/usr/lib/nginx/modules/ngx_http_js_module.so"),
  {
    shows: "a real nginx with examples/nginx in front of the authorizer",
    get: "apt-get install nginx-light libnginx-mod-http-js openssl",
    files: /^test\/(?:edge\/nginx|http\/neighbours)\.test/,
  },
)

export const caddy: Tool = tool(() => isOnPath("caddy"), {
  shows: "a real Caddy that asks the service, as docs/serve.md sets it up",
  get: "apt-get install caddy",
  files: /^test\/http\/neighbours\.test/,
})

export const haproxy: Tool = tool(() => isOnPath("haproxy"), {
  shows: "a real HAProxy that asks the service, as docs/serve.md sets it up",
  get: "apt-get install haproxy",
  files: /^test\/http\/neighbours\.test/,
})

export const tcl: Tool = tool(() => ["tclsh", "openssl"].every(isOnPath), {
  shows: "the iRules of examples/f5 and the commands of docs/f5.md",
  get: "apt-get install tcl openssl",
  files: /^test\/edge\/(?:irules|guides)/,
})

export const openssl: Tool = tool(() => isOnPath("openssl"), {
  shows: "docs/assertion.md followed line by line, from the key on",
  get: "apt-get install openssl",
  files: /^test\/docs\/neighbour-guides/,
})

/** Another implementation of the two services, which knows nothing of ours (https://docs.getmoto.org). */
export const moto: Tool = tool(() => hasPackages("moto_server", "moto", "flask", "flask_cors"), {
  shows:
    "secrets fetched from, and rotated in, a server of Secrets Manager and Parameter Store; a REST API read from a server",
  get: "pip install 'moto[server]'",
  files: /^test\/aws\/moto/,
})

export const awsCli: Tool = tool(() => isOnPath("aws"), {
  shows: "the newcomer's commands of the README under the AWS CLI itself: a small program took its place",
  get: "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
  files: /^test\/package\/tarball/,
})

export const cfnLint: Tool = tool(() => isOnPath("cfn-lint"), {
  shows: "the templates as cfn-lint judges them, before and after the SAM transform",
  get: "pip install cfn-lint",
  files: /^test\/deploy\/cfn-lint/,
})

export const terraform: Tool = tool(() => isOnPath("terraform"), {
  shows: "examples/terraform as Terraform reads it",
  get: "https://developer.hashicorp.com/terraform/install",
  files: /^test\/deploy\/(?:terraform|identity-sources)/,
})

/** It is compiled by test/runtime/setup.ts. */
export const runtimeClient: Tool = tool(
  () => existsSync(resolve(import.meta.dirname, "../../local/runtime/node_modules/.compiled")),
  {
    shows: "the bundle under AWS's own runtime client: a plain child process took its place",
    get: "Linux with apt-get install cmake g++ make python3 xz-utils, then run the tests again",
    files: /^test\/runtime\//,
  },
)

/**
 * Debian's browser; the tests drive it with playwright-core, which brings none. The one without windows needs half the
 * processor time.
 */
export const chromiumPath: string =
  ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find((path) => existsSync(path)) ?? ""
export const chromium: Tool = tool(() => chromiumPath !== "", {
  shows: "the local stack's page in a real browser, by keyboard and pointer, in light, dark and narrow",
  get: "apt-get install chromium-headless-shell",
  files: /^test\/local\/page\.test/,
})

export const tools: readonly Tool[] = [
  nginx,
  caddy,
  haproxy,
  tcl,
  openssl,
  moto,
  awsCli,
  cfnLint,
  terraform,
  runtimeClient,
  chromium,
]
