import { parse, View } from "vega"
import { compile } from "vega-lite"

/** Draws a Vega-Lite specification. No browser and no canvas: widths of text are estimated. */
export async function draw(spec: object): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: "none" })
  try {
    return `${await view.toSVG()}\n`
  } finally {
    view.finalize()
  }
}
