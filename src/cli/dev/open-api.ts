import type { FurtherSettings } from "../../../local/stack/apis.ts"
import { apiFromOpenApi } from "../../../local/stack/open-api.ts"
import { UsageError } from "../frame/command.ts"
import { readData } from "../frame/data-file.ts"
import { type Output, plain } from "../frame/output.ts"

/** The API that an OpenAPI document describes. @throws UsageError (rejects) */
export async function apiOfDocument(file: string, output: Output): Promise<FurtherSettings> {
  const { settings, notServed, problems } = apiFromOpenApi(await readData(file, "OpenAPI document"))
  if (problems.length > 0)
    throw new UsageError(`${file}: ${problems.map(({ path, message }) => `${path} ${message}`).join("; ")}`)
  for (const { route, schemes } of notServed)
    output.note(
      `Not served: ${plain(route)} is behind ${plain(schemes.join(", "))}, which the local gateway does not check.`,
    )
  return settings
}
