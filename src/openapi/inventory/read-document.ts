import type { Report } from "../../problems/option-checks.ts"
import { type Members, member } from "../document.ts"
import { Apis, readResources, type TemplateReading } from "./cloudformation.ts"
import { readAuthorizers } from "./cloudformation-authorizers.ts"
import { readOpenApi } from "./openapi-routes.ts"
import { readSam } from "./sam.ts"
import { Template } from "./template.ts"
import { readTerraform } from "./terraform.ts"
import { isStateFile } from "./terraform-resources.ts"
import type { ApiReading } from "./types.ts"

/**
 * Reads every API of some documents: OpenAPI, templates of CloudFormation, SAM and the CDK, plans and states of
 * Terraform. Templates are read together, because one may import what another one exports.
 */
export function readDocuments(
  documents: readonly unknown[],
  files: ReadonlyMap<string, unknown>,
  report: Report,
): readonly ApiReading[] {
  const templates: Template[] = []
  const apis: ApiReading[] = []
  for (const [index, document] of documents.entries()) {
    const at = documents.length === 1 ? "document" : `document[${index}]`
    if (typeof document !== "object" || document === null || Array.isArray(document)) report(at, unreadable)
    else if (isTemplate(document)) templates.push(new Template(document as Members, `template ${index}`, templates))
    else if (isTerraform(document)) apis.push(...readTerraform(document as Members, report))
    else if (member(document, "artifacts") !== undefined && member(document, "version") !== undefined)
      report(at, "is the manifest of a cloud assembly. Give its folder (cdk.out), or the templates in it")
    else if (member(document, "openapi") === undefined && member(document, "swagger") === undefined)
      report(at, unreadable)
    else {
      const read = readOpenApi(document, { name: "" }, report)
      if (read !== undefined) apis.push(read)
    }
  }
  if (templates.length > 0) apis.push(...readTemplates(templates, files, report))
  return apis
}

const unreadable =
  "is no OpenAPI document, no template of CloudFormation or SAM, and no plan of Terraform. Give one of these (terraform show -json for a plan)"

const isTemplate = (document: unknown): boolean => typeof member(document, "Resources") === "object"

function isTerraform(document: unknown): boolean {
  const state = member(member(document, "values"), "root_module")
  return (
    ["planned_values", "resource_changes"].some((name) => member(document, name) !== undefined) ||
    state !== undefined ||
    isStateFile(document)
  )
}

function readTemplates(
  templates: readonly Template[],
  files: ReadonlyMap<string, unknown>,
  report: Report,
): readonly ApiReading[] {
  const reading: TemplateReading = { apis: new Apis(), authorizers: readAuthorizers(templates), files, report }
  for (const template of templates) readSam(template, reading)
  for (const template of templates) readResources(template, reading)
  const unexpanded = templates.flatMap(({ resources, root }) =>
    [...resources.keys(), ...Object.keys(root)].filter(
      (name) => name.startsWith("Fn::ForEach") || name === "Fn::Transform",
    ),
  )
  const apis = reading.apis.list()
  if (unexpanded.length === 0) return apis
  const unread = [`resources that ${unexpanded[0]} makes`]
  return [...apis, { name: "the template", kind: "unknown", routes: [], resourcePolicy: "unknown", unread }]
}
