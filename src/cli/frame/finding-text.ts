import type { ExportFinding } from "../../mesh.ts"
import { plain } from "./output.ts"

/** A finding of an export or an import as one sentence and its remedy. */
export function findingText({ path, message, remedy }: ExportFinding): string {
  return plain(`${path === "" ? "" : `${path} `}${message}. ${remedy}.`, 1000)
}
