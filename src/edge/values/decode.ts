import type { DnMode, HeaderFormat } from "../../types/edge-options.ts"
import type { Refusal } from "../../types/reasons.ts"
import { decodeApmList } from "./apm-list.ts"
import { decodeBase64url, decodeBase64urlList } from "./base64url.ts"
import { decodeCsv } from "./csv.ts"

/** Formats of texts and lists of texts; certificates are read elsewhere. */
export type ValueFormat = Exclude<HeaderFormat, "certificate" | "xfcc">

/** Decodes a value that is one text: `text` or `base64url`. @param text as the header scan leaves it */
export function decodeText(text: string, format: "text" | "base64url"): string | Refusal {
  return format === "text" ? text : decodeBase64url(text)
}

/**
 * Decodes a value that is a list. `text` is a list of one; `base64url` holds a JSON list of strings.
 *
 * @param text as the header scan leaves it: printable ASCII of limited length (SR-124: limits come before work)
 */
export function decodeList(text: string, format: ValueFormat, mode: DnMode): readonly string[] | Refusal {
  if (format === "apm-list") return decodeApmList(text, mode)
  if (format === "csv") return decodeCsv(text, mode)
  return format === "base64url" ? decodeBase64urlList(text, mode) : [text]
}
