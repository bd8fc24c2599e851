import { type Inventory, type InventoryOptions, inventory } from "../../openapi.ts"
import type { AccountApi } from "../account/account-api.ts"
import { asTemplate } from "../account/as-template.ts"
import { asked, type GatewayClients, gatewayClients } from "../account/clients.ts"
import { readApis } from "../account/read-apis.ts"
import { UsageError } from "../frame/command.ts"
import { readJson } from "../frame/json-text.ts"
import { oneLine } from "../frame/program.ts"

/** What to read of an account. */
export interface AccountQuestion {
  readonly ids: readonly string[]
  readonly region: string | undefined
  /** Reads what is deployed to a stage, in place of what the API has now. */
  readonly stage: string | undefined
}

/**
 * Reads which route of the APIs of an account has which authorizer.
 *
 * @throws UsageError (rejects) in one line
 */
export async function inventoryOfAccount(
  { ids, region, stage }: AccountQuestion,
  options: InventoryOptions,
  progress: (text: string) => void,
): Promise<Inventory> {
  const clients = await gatewayClients(region)
  const apis = await readApis(clients, ids, progress)
  if (apis.length === 0) throw new UsageError(`${clients.region} has no API. Check --region and the account`)
  const documents: unknown[] = []
  for (const api of apis)
    documents.push(
      stage === undefined || api.kind === "websocket" ? asTemplate(api) : await exported(clients, api, stage),
    )
  return inventory(documents, options)
}

/** What is deployed to a stage: API Gateway exports it as an OpenAPI document. */
async function exported(
  { rest, v2, restClient, v2Client }: GatewayClients,
  api: AccountApi,
  stage: string,
): Promise<unknown> {
  const body = await asked(async () => {
    if (api.kind === "rest") {
      const parameters = { extensions: "apigateway" }
      const command = new rest.GetExportCommand({
        restApiId: api.id,
        stageName: stage,
        exportType: "oas30",
        accepts: "application/json",
        parameters,
      })
      return (await restClient.send(command)).body
    }
    const command = new v2.ExportApiCommand({
      ApiId: api.id,
      StageName: stage,
      Specification: "OAS30",
      OutputType: "JSON",
      IncludeExtensions: true,
    })
    return (await v2Client.send(command)).body
  })
  const document = readJson(new TextDecoder().decode(body), oneLine(`the export of ${api.id}`))
  const policy = api.policy === undefined || api.policy === "" ? {} : { "x-amazon-apigateway-policy": api.policy }
  return { ...(document as object), info: { title: `${api.name} (${api.id})` }, ...policy }
}
