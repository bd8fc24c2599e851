type Attributes = { readonly [name: string]: string | number }

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
}

/** One element with its children, which are elements or escaped text. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
    .join("")
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join("\n")}</${name}>`
}

/** A line of text that is cut to the width it may take. No font is at hand: 0.55 em is the mean of a sans serif. */
export function text(
  x: number,
  y: number,
  content: string,
  { size = 12, width = 1e4, ...attributes }: TextStyle,
): string {
  const most = Math.floor(width / (size * 0.55))
  const shown = content.length <= most ? content : `${content.slice(0, Math.max(1, most - 1))}…`
  return element("text", { x, y, "font-size": size, ...attributes }, escaped(shown))
}

interface TextStyle {
  readonly size?: number
  readonly width?: number
  readonly fill?: string
  readonly "font-weight"?: string
  readonly "text-anchor"?: "middle" | "end"
  readonly transform?: string
}
