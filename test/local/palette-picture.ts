import { deflateSync, inflateSync } from "node:zlib"

/** Pixels as red, green, blue, one byte each. */
interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** A screenshot with few colours is a tenth of its size: a PNG with a palette of at most `maxColours`. */
export function withPalette(png: Buffer, maxColours: number): Buffer {
  const { width, height, data } = decoded(png)
  const counts = new Map<number, number>()
  for (let at = 0; at < data.length; at += 3) {
    const colour = colourAt(data, at)
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  const palette = chosen(counts, maxColours)
  const nearest = new Map([...counts.keys()].map((colour) => [colour, nearestOf(colour, palette)]))
  const bits = maxColours <= 16 ? 4 : 8
  const stride = Math.ceil((width * bits) / 8)
  const rows = Buffer.alloc((stride + 1) * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const index = nearest.get(colourAt(data, (y * width + x) * 3)) ?? 0
      const at = y * (stride + 1) + 1 + Math.floor((x * bits) / 8)
      rows[at] = (rows[at] ?? 0) | (bits === 8 || x % 2 === 1 ? index : index << 4)
    }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([bits, 3, 0, 0, 0], 8)
  return Buffer.concat([
    png.subarray(0, 8),
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))),
    chunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ])
}

const colourAt = (data: Uint8Array, at: number): number =>
  ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0)

function distance(one: number, other: number): number {
  const [r, g, b] = [
    (one >> 16) - (other >> 16),
    ((one >> 8) & 255) - ((other >> 8) & 255),
    (one & 255) - (other & 255),
  ]
  return 2 * r * r + 4 * g * g + 3 * b * b
}

/**
 * Colours in turn by how much worse the picture is without them: pixels times distance to the nearest one that is
 * chosen.
 */
function chosen(counts: ReadonlyMap<number, number>, max: number): readonly number[] {
  const open = [...counts].map(([colour, count]) => ({
    colour,
    weight: Math.sqrt(count),
    gap: Number.POSITIVE_INFINITY,
  }))
  const palette: number[] = []
  while (palette.length < Math.min(max, open.length)) {
    const next = open.reduce((best, each) =>
      (palette.length === 0 ? each.weight > best.weight : each.weight * each.gap > best.weight * best.gap)
        ? each
        : best,
    )
    palette.push(next.colour)
    for (const each of open) each.gap = Math.min(each.gap, distance(each.colour, next.colour))
  }
  return palette
}

const nearestOf = (colour: number, palette: readonly number[]): number =>
  palette.reduce((best, each, at) => (distance(colour, each) < distance(colour, palette[best] ?? 0) ? at : best), 0)

/** Reads a PNG without interlacing, 8 bits, red green blue and perhaps alpha: what browsers write. */
function decoded(png: Buffer): Pixels {
  const [width, height, channels] = [png.readUInt32BE(16), png.readUInt32BE(20), png[25] === 6 ? 4 : 3]
  const parts: Buffer[] = []
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") parts.push(png.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  const raw = inflateSync(Buffer.concat(parts))
  const stride = width * channels
  const data = new Uint8Array(width * height * 3)
  let before = new Uint8Array(stride)
  for (let y = 0; y < height; y++) {
    const line = new Uint8Array(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)))
    const filter = raw[y * (stride + 1)]
    for (let x = 0; x < stride; x++) {
      const [left, up, corner] = [
        line[x - channels] ?? 0,
        before[x] ?? 0,
        x < channels ? 0 : (before[x - channels] ?? 0),
      ]
      line[x] = (line[x] ?? 0) + predicted(filter, left, up, corner)
    }
    for (let x = 0; x < width; x++) data.set(line.subarray(x * channels, x * channels + 3), (y * width + x) * 3)
    before = line
  }
  return { width, height, data }
}

/** @see https://www.w3.org/TR/png-3/#9Filters */
function predicted(filter: number | undefined, left: number, up: number, corner: number): number {
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  if (filter !== 4) return 0
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length, 0)
  out.set(body, 4)
  out.writeUInt32BE(crc(body), body.length + 4)
  return out
}

function crc(bytes: Buffer): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1
  }
  return (sum ^ 0xffffffff) >>> 0
}
