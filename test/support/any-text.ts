import fc, { type Arbitrary } from "fast-check"

const surrogates = 0x800
const codePoint = fc
  .oneof(fc.nat(0x7f), fc.nat(0xffff - surrogates), fc.nat(0x10ffff - surrogates))
  .map((at) => String.fromCodePoint(at < 0xd800 ? at : at + surrogates))

/**
 * Texts of any code points but halves of pairs, a third of them ASCII. The unit "binary" of fast-check is the same, and
 * each process makes its table for 0.8 s.
 */
export const anyText: Arbitrary<string> = fc.string({ unit: codePoint })
