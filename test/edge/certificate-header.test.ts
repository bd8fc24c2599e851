import { createHash, X509Certificate } from "node:crypto"
import fc from "fast-check"
import { generate } from "selfsigned"
import { beforeAll, describe, expect, test } from "vitest"
import { readCertificate, readXfcc } from "../../src/edge/certificate-header.ts"
import { readAlternativeNames } from "../../src/edge/certificate-names.ts"
import { compileHeaders } from "../../src/edge/header-options.ts"
import { createHeaderScan } from "../../src/edge/headers.ts"
import { comparableName } from "../../src/edge/values/comparison.ts"
import type { CertificateField, EdgeHeaders } from "../../src/types/edge-options.ts"
import { refusal } from "../../src/types/reasons.ts"
import { anyText } from "../support/any-text.ts"
import { seeded } from "../support/seed.ts"
import { type HeaderKind, headerKinds, requestOf } from "./requests.ts"

interface Made {
  readonly der: Buffer
  readonly pem: string
  readonly sha256: string
}

const uri = "spiffe://example.com/alice, URI:spiffe://example.com/admin"
let alice: Made
let bob: Made
let hostile: Made

async function make(name: string, altNames: { type: 1 | 2 | 6; value: string }[], extra: string[] = []): Promise<Made> {
  const attributes = ["DE", ...extra, name].map((value, at, { length }) => ({
    name: at === 0 ? "countryName" : at === length - 1 ? "commonName" : "organizationName",
    value,
  }))
  const named = { name: "subjectAltName" as const, altNames }
  // An empty list of extensions would get a default alternative name.
  const extensions = altNames.length === 0 ? [{ name: "basicConstraints" as const, cA: false }] : [named]
  const { cert } = await generate(attributes, { keyType: "ec", algorithm: "sha256", extensions })
  const der = new X509Certificate(cert).raw
  return { der, pem: cert.replaceAll("\r", ""), sha256: createHash("sha256").update(der).digest("hex") }
}

beforeAll(async () => {
  alice = await make("alice", [
    { type: 6, value: "spiffe://example.com/alice" },
    { type: 2, value: "alice.example.com" },
    { type: 2, value: "www.example.com" },
    { type: 1, value: "alice@example.com" },
  ])
  bob = await make("bob", [])
  hostile = await make('Dev\\, \\"East\\"\\0ACN\\=admin', [{ type: 6, value: uri }], ["\\ x\\;\\ "])
})

const escaped = (pem: string): string => encodeURIComponent(pem)
const mangled = (pem: string, blank: string): string => pem.trim().replaceAll("\n", blank)

describe("a certificate in a header of its own", () => {
  const forms: [form: string, write: (made: Made) => string][] = [
    ["base64 of DER", ({ der }) => der.toString("base64")],
    ["percent-encoded PEM (nginx)", ({ pem }) => escaped(pem)],
    ["percent-encoded PEM, dashes as well", ({ pem }) => escaped(pem).replaceAll("-", "%2D")],
    ["PEM with blanks for line breaks", ({ pem }) => mangled(pem, " ")],
    ["PEM with tabs for line breaks", ({ pem }) => mangled(pem, "\t")],
    ["PEM with blank and tab for line breaks", ({ pem }) => mangled(pem, " \t")],
    ["PEM without line breaks", ({ pem }) => mangled(pem, "")],
  ]

  test.each(forms)("%s is read", (_form, write) => {
    expect(readCertificate(write(alice))).toEqual({
      der: alice.der,
      subject: "CN=alice,C=DE",
      sha256: alice.sha256,
      uris: ["spiffe://example.com/alice"],
      dns: ["alice.example.com", "www.example.com"],
      emails: ["alice@example.com"],
    })
    expect(readCertificate(write(bob))).toMatchObject({ der: bob.der, uris: [], dns: [], emails: [] })
  })

  test("names that look like several stay one (CVE-2021-44532)", () => {
    const { uris, subject } = readCertificate(hostile.der.toString("base64")) ?? {}
    expect(uris).toEqual([uri])
    expect(comparableName(subject ?? "")).toBe(
      comparableName("cn=Dev\\2C \\22East\\22\\0ACN=admin,o=\\20x\\3B\\20,c=de"),
    )
  })

  const wrong: [what: string, write: () => string][] = [
    ["nothing", () => ""],
    ["base64 of something else", () => Buffer.from("alice").toString("base64")],
    ["base64 without padding", () => `${alice.der.toString("base64").replace(/=+$/, "")}A`],
    ["base64url", () => alice.der.toString("base64").replaceAll("+", "-").replaceAll("/", "_").concat("_")],
    ["base64 with a blank", () => alice.der.toString("base64").replace(/^(.{64})/, "$1 ")],
    ["base64 of PEM", () => Buffer.from(alice.pem).toString("base64")],
    ["base64 of DER and a byte more", () => Buffer.concat([alice.der, Buffer.from([0])]).toString("base64")],
    ["base64 of two certificates", () => Buffer.concat([alice.der, bob.der]).toString("base64")],
    ["base64 of DER that is cut off", () => alice.der.subarray(0, -1).toString("base64")],
    ["two certificates in PEM", () => mangled(alice.pem + bob.pem, " ")],
    ["two certificates in percent-encoded PEM", () => escaped(alice.pem + bob.pem)],
    ["text before the PEM", () => `x ${mangled(alice.pem, " ")}`],
    ["text behind the PEM", () => `${mangled(alice.pem, " ")} x`],
    ["PEM without its end", () => mangled(alice.pem, " ").slice(0, -1)],
    ["PEM of a key", () => mangled(alice.pem, " ").replaceAll("CERTIFICATE", "PRIVATE KEY")],
    ["PEM with other characters", () => mangled(alice.pem, "*")],
    ["an empty PEM", () => "-----BEGIN CERTIFICATE----- -----END CERTIFICATE-----"],
    ["a percent sign without digits", () => `${escaped(alice.pem)}%`],
    ["percent-encoded bytes that are not UTF-8", () => `${escaped(alice.pem)}%FF`],
    ["PEM that is percent-encoded twice (SR-124)", () => escaped(escaped(alice.pem))],
    ["form encoding", () => escaped(alice.pem).replaceAll("%20", "+")],
  ]

  test.each(wrong)("%s is refused", (_what, write) => {
    expect(readCertificate(write())).toBeUndefined()
  })
})

describe("x-forwarded-client-cert", () => {
  const subject = String.raw`Subject="CN=Dev\, \"East\",O=x\;y"`

  test("fields without the certificate are read", () => {
    const hash = "AB".repeat(32)
    const text = `By=spiffe://example.com/edge;Hash=${hash};${subject};URI=spiffe://example.com/a;DNS=a.example;DNS=b.example`
    expect(readXfcc(text)).toEqual({
      der: undefined,
      subject: String.raw`CN=Dev\, \"East\",O=x\;y`,
      sha256: "ab".repeat(32),
      uris: ["spiffe://example.com/a"],
      dns: ["a.example", "b.example"],
      emails: [],
    })
  })

  test("keys are taken in any case, and unknown ones are passed over", () => {
    expect(readXfcc('uri="x,y;z=\\"w\\"";New=1')).toMatchObject({ uris: ['x,y;z="w"'], subject: undefined })
  })

  test("Cert and the leaf of Chain are read, and say more than the other fields", () => {
    const cert = `Hash=${alice.sha256};Cert="${escaped(alice.pem)}";Subject="CN=admin"`
    expect(readXfcc(cert)).toMatchObject({ der: alice.der, subject: "CN=alice,C=DE", sha256: alice.sha256 })
    expect(readXfcc(`Chain="${escaped(alice.pem + bob.pem)}"`)).toMatchObject({ der: alice.der })
    expect(readXfcc(`Cert=${escaped(bob.pem)};Chain="${escaped(bob.pem + alice.pem)}"`)).toMatchObject({ der: bob.der })
  })

  const wrong: [what: string, write: () => string][] = [
    ["nothing", () => ""],
    ["nobody", () => "By=spiffe://example.com/edge"],
    ["an empty subject alone", () => 'Subject=""'],
    ["two elements", () => "URI=spiffe://a,URI=spiffe://b"],
    ["a second element that is empty", () => "URI=spiffe://a,"],
    ["a key without value", () => "URI"],
    ["an empty pair", () => "URI=spiffe://a;"],
    ["a blank before a key", () => "URI=spiffe://a; DNS=b"],
    ["a subject without quotes", () => "Subject=CN"],
    ["two subjects", () => 'Subject="CN=a";Subject="CN=b"'],
    ["two subjects in two spellings", () => 'Subject="CN=a";subject="CN=b"'],
    ["an open quote", () => 'URI="spiffe://a'],
    ["a quote that is escaped and never closed", () => 'Subject="CN=a\\"'],
    ["text behind a closing quote", () => 'Subject="CN=a"b'],
    ["a quote inside of a plain value", () => 'URI=a"b'],
    ["a second = in a plain value", () => "URI=a=b"],
    ["a hash of another length", () => "Hash=abcd"],
    ["a hash that does not fit the certificate", () => `Hash=${bob.sha256};Cert="${escaped(alice.pem)}"`],
    ["a Cert that is none", () => "Cert=abc"],
    ["two certificates in Cert", () => `Cert="${escaped(alice.pem + bob.pem)}"`],
    ["a Chain that is none, beside a hash", () => `Hash=${alice.sha256};Chain=abc`],
  ]

  test.each(wrong)("%s is refused", (_what, write) => {
    expect(readXfcc(write())).toBeUndefined()
  })

  test("a name inside of the subject cannot add a field, whether quotes are escaped once or twice", () => {
    // As Envoy writes a common name of `";URI=spiffe://admin;X="`, which RFC 4514 escapes first.
    const once = String.raw`\"\;URI=spiffe://admin\;X=\"`
    expect(readXfcc(`Subject="CN=${once}";URI=spiffe://a`)).toMatchObject({ uris: ["spiffe://a"] })
    expect(readXfcc(`Subject="CN=${once.replaceAll('"', '\\"')}";URI=spiffe://a`)).toBeUndefined()
    expect(readXfcc(String.raw`Subject="CN=a\\";URI=spiffe://a`)).toMatchObject({ uris: ["spiffe://a"] })
  })
})

describe.each(headerKinds)("as an identity header of %s", (kind: HeaderKind) => {
  const read = (headers: EdgeHeaders, values: { readonly [name: string]: string }) => {
    const compiled = compileHeaders(headers)
    const scanned = createHeaderScan(compiled.needed)(requestOf(kind, { headers: values }))
    return "refused" in scanned ? scanned : compiled.read(scanned)
  }
  const user = (field: CertificateField): EdgeHeaders => ({ user: { name: "x-cert", format: "certificate", field } })

  test("each field can be the user", () => {
    const header = { "x-cert": mangled(alice.pem, "\t") }
    expect(read(user("subject"), header)).toEqual({ user: "CN=alice,C=DE" })
    expect(read(user("sha256"), header)).toEqual({ user: alice.sha256 })
    expect(read(user("uri"), header)).toEqual({ user: "spiffe://example.com/alice" })
    expect(read(user("email"), header)).toEqual({ user: "alice@example.com" })
  })

  test("several names are no user, and none is none, but both are a list", () => {
    const header = { "x-cert": alice.der.toString("base64") }
    expect(read(user("dns"), header)).toBe(refusal("edge_header_malformed"))
    expect(read(user("uri"), { "x-cert": bob.der.toString("base64") })).toBe(refusal("edge_header_malformed"))
    const roles: EdgeHeaders = { roles: { name: "x-cert", format: "certificate", field: "dns" } }
    expect(read(roles, header)).toEqual({ roles: ["alice.example.com", "www.example.com"] })
  })

  test("XFCC may hold commas in its quotes, and one element", () => {
    const xfcc: EdgeHeaders = { user: { name: "x-forwarded-client-cert", format: "xfcc", field: "subject" } }
    const header = (value: string) => ({ "X-Forwarded-Client-Cert": value })
    expect(read(xfcc, header('Subject="CN=a,O=b"'))).toEqual({ user: "CN=a,O=b" })
    expect(read(xfcc, header('Subject="CN=a",Subject="CN=admin"'))).toBe(refusal("edge_header_malformed"))
  })

  test("SR-122: aliases are refused", () => {
    const header = { "x-cert": alice.der.toString("base64"), x_cert: bob.der.toString("base64") }
    expect(read(user("subject"), header)).toBe(refusal("edge_header_alias"))
  })

  test("SR-124: a control character in a name is refused once it is decoded", async () => {
    const { der } = await make("x", [{ type: 6, value: "spiffe://a\nb" }])
    expect(read(user("uri"), { "x-cert": der.toString("base64") })).toBe(refusal("edge_header_control"))
  })
})

describe("alternative names", () => {
  test.each([
    ["DNS:a.example"],
    ["IP Address:127.0.0.1, DNS:a.example"],
    ['DirName:"CN=x\\u002c DNS:admin", DNS:a.example'],
    ['DNS:"a.example"'],
  ])("%s holds one DNS name", (text) => {
    expect(readAlternativeNames(text)?.dns).toEqual(["a.example"])
  })

  test.each(["DNS", ":a.example", "DNS:a.example, :b", 'DNS:"a', 'DNS:"a"b', 'DNS:"a", x', 'DNS:"\\x"'])(
    "%s is refused",
    (text) => {
      expect(readAlternativeNames(text)).toBeUndefined()
    },
  )

  test("none are none", () => {
    expect(readAlternativeNames(undefined)).toEqual({ uris: [], dns: [], emails: [] })
  })
})

test("no text makes a reader throw", () => {
  const hostileText = fc.oneof(
    anyText,
    fc.string({ unit: fc.constantFrom(...'By=Hash;Cert,"\\%2D-'), maxLength: 100 }),
    anyText.map((text) => `-----BEGIN CERTIFICATE-----${text}-----END CERTIFICATE-----`),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("base64")),
  )
  fc.assert(
    fc.property(hostileText, (text) => {
      expect(readCertificate(text)).toBeUndefined()
      expect(readXfcc(text)?.der).toBeUndefined()
      readAlternativeNames(text)
    }),
    seeded("certificate header 1", { numRuns: 500 }),
  )
})

describe("10,240 characters of the worst shape are refused", () => {
  const length = 10_240
  const begin = "-----BEGIN CERTIFICATE-----"
  test.each([
    ["beginnings", begin.repeat(379)],
    ["ends", `${begin}${"-----END CERTIFICATE-----".repeat(400)}`],
    ["blanks", `${begin}${" ".repeat(10_000)}`],
    ["percent signs", `%2D${"%".repeat(length - 3)}`],
    ["percent-encoded dashes", "%2D".repeat(3_413)],
    ["A", "A".repeat(length)],
    ["nested sequences of DER", Buffer.alloc(7_680, Buffer.from([0x30, 0x80])).toString("base64")],
    ["pairs", "a=;".repeat(3_413)],
    ["quotes", `a=${'"'.repeat(length - 2)}`],
    ["backslashes", `a="${"\\".repeat(length - 3)}`],
    ["equals signs", "=".repeat(length)],
    ["commas", ",".repeat(length)],
  ])("%s", (_what, text) => {
    expect(text.length).toBeLessThanOrEqual(length)
    expect(readCertificate(text)).toBeUndefined()
    expect(readXfcc(text)).toBeUndefined()
  })
})
