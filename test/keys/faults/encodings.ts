import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib"
import { answer, drip, type Fault, failure, goodSet, harmless, head } from "./fault.ts"

const encoded = (body: Uint8Array | string, encoding: string) => answer(body, { "content-encoding": encoding })
const packed = gzipSync(goodSet)
const notASet = (name: string, does: string, body: Uint8Array | string, encoding: string): Fault =>
  failure(name, does, "not_a_key_set", encoded(body, encoding), { requests: 1 })

/** Content codings: gzip is asked for and nothing else. */
export const encodings: readonly Fault[] = [
  harmless("gzip", "the good set as gzip", encoded(packed, "gzip")),
  failure("gzip-bomb", "16 MB of spaces in 16 KB", "too_large", encoded(gzipSync(Buffer.alloc(2 ** 24, " ")), "gzip"), {
    requests: 1,
  }),
  notASet("gzip-twice", "a gzip of a gzip, announced as `gzip, gzip`", gzipSync(packed), "gzip, gzip"),
  notASet("gzip-inside", "a gzip of a gzip, announced as `gzip`", gzipSync(packed), "gzip"),
  notASet("gzip-broken", "the good set uncompressed, announced as gzip", goodSet, "gzip"),
  notASet("gzip-truncated", "the first half of a gzip", packed.subarray(0, packed.length / 2), "gzip"),
  notASet(
    "gzip-checksum",
    "a gzip whose checksum is wrong",
    Buffer.concat([packed.subarray(0, -8), Buffer.alloc(8)]),
    "gzip",
  ),
  notASet("brotli-unasked", "the good set as Brotli, which was not asked for", brotliCompressSync(goodSet), "br"),
  notASet("deflate-unasked", "the good set as deflate, which was not asked for", deflateSync(goodSet), "deflate"),
  notASet("unknown-encoding", "an encoding that does not exist", goodSet, "rot13"),
  failure(
    "gzip-drip",
    "a gzip that never ends, a few octets at a time",
    "timeout",
    drip(head("content-encoding: gzip"), " "),
  ),
]
