/**
 * The line of a document's text that a path such as `paths["/orders"].get.$ref` leads to: name after name is looked
 * for, so it is right unless an earlier text is the same. 1 if nothing is found.
 */
export function lineOf(text: string, path: string): number {
  let at = 0
  for (const [, plain, quoted] of path.matchAll(/(?:^|\.)([^.[\]]+)|\["((?:[^"\\]|\\.)*)"\]/g)) {
    const name = plain ?? quoted ?? ""
    const found = [`"${name}"`, `'${name}'`, `${name}:`]
      .map((form) => text.indexOf(form, at))
      .filter((index) => index >= 0)
    if (found.length === 0) continue
    at = Math.min(...found)
  }
  return text.slice(0, at).split("\n").length
}
