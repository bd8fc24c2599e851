import { type ExportFinding, note } from "./exported.ts"

/** How Istio differs from hallpass whatever the configuration says. */
export const istioNotes: readonly ExportFinding[] = [
  note(
    "Istio tolerates 60 seconds of clock difference, and accepts a token without exp",
    "Let the issuer set exp, as every known one does",
  ),
  note(
    "Istio does not look at the header of a token: its type, and the algorithms of the configuration",
    "Let the issuer's key set hold keys of the wanted algorithm only",
  ),
  note(
    "Istio compares texts and lists of texts: a list with the value counts as the value, a number, true, null or an object as absent",
    "Let the issuer write each claim in one form",
  ),
  note(
    "A path with two readings is not refused",
    "Set meshConfig.pathNormalization.normalization to DECODE_AND_MERGE_SLASHES",
  ),
  note("The scheme before the token is compared by its case", "Let clients write it as the configuration does"),
  note("A path with a slash at its end is refused, and so is a token without sub", "Let clients leave out the slash"),
]
