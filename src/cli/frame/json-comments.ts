/**
 * JSON with comments as plain JSON: comments become blanks, so that every line and column stays where it is. What is
 * wrong in other ways is left to the parser.
 */
export function withoutComments(text: string): string {
  // One pass over strings, comments and the rest. A string that does not end runs to the end of its line.
  return text.replace(/"(?:[^"\\\n]|\\.)*"?|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith("/") ? part.replace(/[^\n]/g, " ") : part,
  )
}
