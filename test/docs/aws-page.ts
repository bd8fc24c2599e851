import { readFileSync } from "node:fs"

const page = readFileSync(new URL("../../docs/aws.md", import.meta.url), "utf8")

/** The templates of docs/aws.md, in their order. */
export const awsPageTemplates: readonly string[] = [...page.matchAll(/^```yaml\n(Transform: [\s\S]*?)^```$/gm)].map(
  ([, text = ""]) => text,
)
