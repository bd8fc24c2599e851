import { readFileSync } from "node:fs"
import ajvDraft04 from "ajv-draft-04"
import type { Resource } from "./template.ts"

const schema = JSON.parse(readFileSync(new URL("../schemas/sam.schema.json", import.meta.url), "utf8"))
const ajv = new ajvDraft04.default({ strict: false, validateFormats: false }).addSchema(schema, "sam")
const definitions = schema.definitions as { [name: string]: { properties?: { Type?: { enum?: string[] } } } }
const anyResource = "samtranslator__internal__schema_source__any_cfn_resource__Resource"

/** What SAM's own schema says against a resource, judged by the definition of its type. */
export function samProblems(resource: Omit<Resource, "Properties"> & { Properties: object }): string[] {
  const ofType = (name: string): boolean => definitions[name]?.properties?.Type?.enum?.includes(resource.Type) ?? false
  const definition = Object.keys(definitions).find(ofType) ?? anyResource
  const validate = ajv.getSchema(`sam#/definitions/${definition}`)
  if (!validate) throw new Error(`The SAM schema has no definition ${definition}`)
  validate(resource)
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}
