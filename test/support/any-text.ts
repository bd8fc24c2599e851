import fc, { type Arbitrary } from "fast-check"

const surrogates = 0x800
const codePoint = fc
  .oneof(fc.nat(0x7f), fc.nat(0xffff - surrogates), fc.nat(0x10ffff - surrogates))
  .map((at) => String.fromCodePoint(at < 0xd800 ? at : at + surrogates))

/**
 * Texts of any characters but halves of surrogate pairs; a third of them are ASCII. The unit "binary" of fast-check has
 * the same ones, but each process spends 0.8 s on its table.
 */
export const anyText: Arbitrary<string> = fc.string({ unit: codePoint })
