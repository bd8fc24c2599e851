import { serveStack } from "../../local/server/serve.ts"
import { httpBackend } from "../../local/stack/http-backend.ts"
import { LocalStack } from "../../local/stack/stack.ts"
import { readConfiguration } from "./configuration.ts"
import { apiOfDocument } from "./dev/open-api.ts"
import { readEdited, watchFiles } from "./dev/reload.ts"
import { type Command, type CommandLine, configOption, textOption, UsageError } from "./frame/command.ts"
import { plain } from "./frame/output.ts"
import { ending } from "./frame/signals.ts"

const usualPort = 3000

export const dev: Command = {
  description: `Runs a local API Gateway over your configuration, with a page that shows every
decision. Requests that are allowed go to your backend, or to one that echoes them.

The configuration is read again when its file changes. While it has problems, the
one before stays at work. Everything listens on loopback only.`,
  options: [
    configOption,
    { flags: "--backend <url>", description: "where allowed requests go, such as http://localhost:8080" },
    {
      flags: "--openapi <file>",
      description:
        "the API: its routes, routes without an authorizer, CORS, gateway responses and resource policy; without it, the API has the routes of the configuration",
    },
    {
      flags: "--port <n>",
      description: "port of the page, 3000 without it; the next free one if it is in use; 0 for any",
    },
    {
      flags: "--local-issuers",
      description: "issuers on this machine take the place of the configured ones, and sign tokens for every caller",
    },
  ],
  examples: [
    "dev --config authorizer.json --local-issuers",
    "dev --config authorizer.json --backend http://localhost:8080",
    "dev --config handlers/authorizer.config.ts --openapi openapi.yaml --port 0",
  ],
  notes: {
    "Your backend": `The header x-amzn-request-context holds what the authorizer said, as JSON:
{ "authorizer": … }. The AWS Lambda Web Adapter sends the same header.`,
  },
  exits: "0 it was ended by Ctrl-C; 2 it could not start.",
  async run(line, output) {
    const file = textOption(line, "config")
    const backend = backendOf(line)
    const openapi = textOption(line, "openapi")
    const port = portOf(textOption(line, "port"))
    const stack = await LocalStack.start({
      ...{ mode: "dev", source: file === undefined ? "the environment" : file === "-" ? "standard input" : file },
      ...{ config: await readConfiguration(file), localIssuers: line.options.localIssuers === true },
      ...(backend && { backend }),
      ...(openapi !== undefined && { further: await apiOfDocument(openapi, output) }),
      readText: readEdited,
    })
    const end = ending()
    const served = await serveStack(stack, port)
    const unwatch = watchFiles(stack, { configuration: file === "-" ? undefined : file, openapi }, output)
    if (served.moved) output.note(`Port ${port} is in use, so the page has the next free one.`)
    const gateways = [...stack.deployment.apis.keys()].map((name) => [name, served.gateways.get(name) ?? ""] as const)
    if (output.json) output.document({ page: served.page, token: served.token, gateways: Object.fromEntries(gateways) })
    else {
      output.print(`page: ${served.page}\n`)
      for (const [name, url] of gateways) output.print(`${name}: ${url}\n`)
      output.print(`backend: ${plain(stack.backend.name)}\ncontrol token: ${served.token}\nCtrl-C ends it.\n`)
    }
    await end
    unwatch()
    await served.close()
    return 0
  },
}

function backendOf(line: CommandLine) {
  const text = textOption(line, "backend")
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    url.username === "" &&
    url.search === "" &&
    url.hash === ""
  )
    return httpBackend(url)
  throw new UsageError("--backend is an address such as http://localhost:8080, with or without a path")
}

function portOf(text: string | undefined): number {
  if (text === undefined) return usualPort
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new UsageError("--port is a number from 0 to 65535; 0 takes any free port")
}
