// Draws what a command prints as a picture for the README:
//   npm start --silent | node local/picture.ts "npm start" >docs/start.svg
import { text } from "node:stream/consumers"

const [fontSize, columnWidth, lineHeight, margin] = [13, 7.83, 18, 16]
const colours: { readonly [code: string]: string } = {
  ...{ 1: "#ffffff", 2: "#8b949e", 31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 36: "#79c0ff" },
}
const escaped = (part: string): string => part.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

/** A picture of a terminal with these lines. The sequences of colours become colours, and the columns stay columns. */
export function pictureOf(command: string, output: string): string {
  const lines = [`\u001b[2m$ ${command}\u001b[0m`, ...output.trimEnd().split("\n")]
  let columns = 0
  const drawn = lines.map((line, row) => {
    let [column, fill, spans] = [0, "", ""]
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences of colours begin with one
    for (const [, code, part = ""] of line.matchAll(/(?:\u001b\[(\d+)m)?([^\u001b]*)/g)) {
      if (code !== undefined) fill = colours[code] === undefined ? "" : ` fill="${colours[code]}"`
      for (const { 0: words, index } of part.matchAll(/\S+(?: \S+)*/g))
        spans += `<tspan x="${(margin + (column + index) * columnWidth).toFixed(1)}"${fill}>${escaped(words)}</tspan>`
      column += part.length
      columns = Math.max(columns, column)
    }
    return spans === "" ? "" : `<text y="${margin + fontSize + row * lineHeight}">${spans}</text>\n`
  })
  const [width, height] = [2 * margin + Math.ceil(columns * columnWidth), 2 * margin + lines.length * lineHeight]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title>${escaped(command)}</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="${fontSize}" fill="#c9d1d9">
${drawn.join("")}</g>
</svg>
`
}

if (import.meta.main) process.stdout.write(pictureOf(process.argv[2] ?? "", await text(process.stdin)))
