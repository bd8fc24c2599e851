import type { Decision } from "../../src/index.ts"
import { describeReason } from "../../src/observe.ts"

/** What to do about a refusal: the remedy of the reason, and what the rule demands that is missing. */
export function fixOf({ outcome, reason, missing }: Pick<Decision, "outcome" | "reason" | "missing">): string {
  if (outcome === "allow") return "Nothing: the request is allowed."
  const remedy = describeReason(reason)?.remedy ?? "Look the reason up in docs/reasons.md."
  const demands = missing === undefined ? "" : missingText(missing)
  return `${demands === "" ? "" : `Missing: ${demands}. `}${plainText(remedy)}`
}

/** What is missing, in words. */
export function missingText(missing: NonNullable<Decision["missing"]>): string {
  const { anyOf, ...lists } = missing
  const parts = Object.entries(lists).map(([name, value]) => `${name} ${[value].flat().join(", ")}`)
  if (anyOf !== undefined)
    parts.push(`one of: ${anyOf.map((each) => `(${missingText(each) || "nothing"})`).join(" or ")}`)
  return parts.join("; ")
}

/** Markdown as plain text: links become the name of their page, code marks go. */
function plainText(markdown: string): string {
  return markdown
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_, text: string, link: string) =>
      /^https?:/.test(link) ? text : text.includes(" ") ? `${text} (docs/${link})` : `docs/${link}`,
    )
    .replaceAll("`", "")
}
