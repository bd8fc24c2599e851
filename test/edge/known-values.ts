import { createHash } from "node:crypto"
import { readAlternativeNames } from "../../src/edge/certificate-names.ts"
import { decodeBase64, readEscapedPem, readPem } from "../../src/edge/certificate-pem.ts"
import { readXfccElement } from "../../src/edge/certificate-xfcc.ts"
import { compileHeaders, type EdgeValues, isRefused } from "../../src/edge/header-options.ts"
import { createHeaderScan } from "../../src/edge/headers.ts"
import { comparableName, foldCase } from "../../src/edge/values/comparison.ts"
import { isPlainName, looksLikeName, readDistinguishedName } from "../../src/edge/values/distinguished-name.ts"
import { certificateFields, type DnMode, type HeaderFormat, type HeaderOptions } from "../../src/types/edge-options.ts"
import type { Refusal } from "../../src/types/reasons.ts"
import { attempt, grouped, shown } from "../support/known-lines.ts"
import { type CertificateName, certificates, pem } from "./known-certificates.ts"

const hex = (text: string): string => `0x${Buffer.from(text, "utf8").toString("hex")}`
const base64url = (text: string): string => Buffer.from(text, "utf8").toString("base64url")

/** What no header may hold, and letters outside ASCII, each form once. */
const unusual: readonly string[] = [
  ...[
    "a\tb",
    "\ta",
    "a\t",
    "a\nb",
    "a\rb",
    "a\0b",
    "\x1fa",
    "a\x7fb",
    "a\u0080b",
    "a\u009fb",
    "a\u00a0b",
    "é",
    "a\u2028b",
  ],
  ...[
    "a\u2029b",
    "a\u2027b",
    "a\u202ab",
    "\ufeffa",
    "\u212a",
    "ſ",
    "ß",
    "É",
    "İ",
    "ı",
    "Ǆ",
    "\ud800",
    "a\udc00",
    "😀",
    "日本",
  ],
  ...["é\n", "\té", "~", "a~ !", "CN=É,DC=x", "a\u0000é"],
]

/** Values that are read in every format: what edges send, and what clients put into it. */
const values: readonly string[] = [
  ...["", " ", "alice", " alice ", "  a  b  ", "alice@example.com", "DOMAIN\\alice", "-", "0", "0x", "0x4", "0xzz"],
  // Lists.
  ...[
    "Ops,Dev",
    "Ops, Dev ,,",
    ",Ops",
    "Ops,",
    ",",
    '"Ops, East",Dev',
    '"a ""b"" c" , d',
    '"a" b',
    'a "b"',
    '"a',
    '""',
  ],
  ...['"', '" a "', ' "a" ,b', '"a"  ', "| Ops | Dev |", "|Ops|Dev|", "| |", "||", "|", "Ops | Dev", "| Ops |,| Dev |"],
  ...[
    "Ops,| Dev |",
    "| Ops |,Dev",
    "| a\\|b | c |",
    "| a\\\\|b |",
    "\\|a",
    "|\\|",
    "| a\\",
    "a|\\|b",
    "a||b",
    "a\\||b",
  ],
  ...["| 0x4f7073 | Dev |", "| 0x4f707 |", "| 0xff |", "| 0x0a |", "| 0x20 |", "0x4f7073", "0x4F7073", "0X4F7073"],
  ...["0xff", "0x00", "0x20", "x0x4f", "0x4f ", hex("| Ops | Dev |"), hex("a\\|b"), hex(" Ops "), hex(hex("Ops"))],
  ...[hex("CN=Ops,DC=x"), `| ${hex("CN=Ops,DC=x")} |`, `| ${hex(hex("Ops"))} |`, `| ${hex(" Ops ")} |`, hex("CN=a,DC")],
  ...['["Ops","Dev"]', '["Ops"', "[]", "{}", "null", '[["Ops"]]', '["Ops",7]', '[""]', '[" "]', '["a\\u0000"]'],
  ...['["\\ud800"]', '["CN=Ops,DC=x","CN=Dev"]', '"Ops"', '["CN=a,DC"]'],
  // Distinguished names.
  ...["CN=Ops,OU=G,DC=corp", "cn=Ops,dc=corp", "CN = Ops , DC = corp", "OU=Ops,DC=corp", "CN=Ops", "cN=O", "XCN=Ops"],
  ...[
    "2.5.4.3=Ops,DC=x",
    "2=Ops",
    "2.5.=Ops",
    "O=a,C=b",
    ".5=a",
    "2..5=a",
    "CN=ab,C=de",
    "CN=Ops+OU=G,DC=x",
    "CN=Dev\\, East,DC=x",
    "CN=a\\=b,DC=x",
    "a\\=b",
  ],
  ...[
    "\\\\=a",
    "CN=OU=Admins,DC=x",
    "CN=#04024869,DC=x",
    "CN=#0402AB,DC=x",
    "CN=#0402486",
    "CN=\\#a,DC=x",
    "CN=#",
    "CN=\\ a\\ ,DC=x",
  ],
  ...["CN= a ,DC=x", "CN=\\C3\\89quipo,DC=x", "CN=\\c3\\89,DC=x", "CN=\\C3x", "CN=a\\0Ab,DC=x", "CN=\\2Cb,DC=x", "=a"],
  ...["CN=", "CN=,DC=x", "CN=a,", "CN=a,DC", "CN=a,,DC=x", "CN x=a", "C-N=a", "-CN=a", "1CN=a", 'CN="a",DC=x'],
  ...[
    "CN=a;DC=x",
    "CN=a<b",
    "CN=a>b",
    "CN=a\\",
    "CN=a\\q",
    "CN=a\\+b+OU=c",
    "OU=c+CN=a",
    "CN=a\\\\,DC=x",
    "CN=a\\;\\<\\>",
  ],
  ...[
    'CN=\\"a\\"',
    "CN=a b,DC=x",
    "CN=a,DC=x,",
    "CN=a,DC=x ",
    "cn=A,DC=X",
    "memberOf=CN=a,DC=x",
    "CN=a\\4",
    "CN=a\\ b",
  ],
  ...["CN=a+", "+CN=a", "CN=a=b", "CN=Kelvin,DC=K", "| CN=Ops,DC=x | OU=y | z |", '"CN=Ops,DC=x","CN=Dev,DC=x"'],
  ...["| CN=Ops,DC=x | CN=Dev,DC |", '"CN=a,DC"', "| CN=a\\|b,DC=x |", "| CN=Admins,OU=x\\,| CN=Ops |"],
  ...unusual,
  // Limits.
  ..."aA".split("").map((letter) => letter.repeat(300)),
  ...["a".repeat(10_240), "a".repeat(10_241), `${" ".repeat(10_240)}a`, "a,".repeat(5120), "|a".repeat(5120)],
]

const der = (name: CertificateName): string => certificates[name]
const escaped = (name: CertificateName): string => encodeURIComponent(pem(der(name)))
const sha256Of = "a".repeat(64)
const sha256 = (name: CertificateName): string =>
  createHash("sha256")
    .update(Buffer.from(der(name), "base64"))
    .digest("hex")

/** Values that only the formats of certificates read. */
const certificateValues: readonly (readonly [name: string, value: string])[] = [
  ...(Object.keys(certificates) as CertificateName[]).map((name) => [`base64 of ${name}`, der(name)] as const),
  ["base64 without its padding", der("bare").replace(/=+$/, "")],
  [
    "base64 with one more octet",
    Buffer.concat([Buffer.from(der("bare"), "base64"), Buffer.alloc(1)]).toString("base64"),
  ],
  ["base64url", Buffer.from(der("bare"), "base64").toString("base64url")],
  ["base64 without its last octet", Buffer.from(der("alice"), "base64").subarray(0, -1).toString("base64")],
  ["base64 of PEM", Buffer.from(pem(der("alice"))).toString("base64")],
  ...(["\n", " ", "\t", " \t", ""] as const).map(
    (blank) => [`PEM with ${JSON.stringify(blank)} for line breaks`, pem(der("alice"), blank)] as const,
  ),
  ["PEM with no-break spaces for line breaks", pem(der("alice"), "\u00a0")],
  ["PEM with form feeds for line breaks", pem(der("alice"), "\f")],
  ["PEM with a letter outside ASCII behind it", `${pem(der("alice"), " ")} é`],
  ["PEM with a control character behind it", `${pem(der("alice"), " ")} \x01`],
  ["PEM with tab, then a letter outside ASCII", `${pem(der("alice"), "\t")}é`],
  ["PEM behind blanks and tabs", `\t ${pem(der("alice"), " ")}`],
  ["PEM before blanks and tabs", `${pem(der("alice"), " ")} \t `],
  ["PEM twice", `${pem(der("alice"), " ")} ${pem(der("bare"), " ")}`],
  ["PEM and text", `${pem(der("alice"), " ")} x`],
  ["PEM without its end", pem(der("alice"), " ").slice(0, -5)],
  ["PEM of nothing", "-----BEGIN CERTIFICATE-----  -----END CERTIFICATE-----"],
  ["PEM of a key", pem(der("alice"), " ").replaceAll("CERTIFICATE", "PUBLIC KEY")],
  ["escaped PEM", escaped("alice")],
  ["escaped PEM, dashes as well", escaped("alice").replaceAll("-", "%2D")],
  ["escaped PEM, dashes as well, and a line break", `${escaped("alice").replaceAll("-", "%2D")}%0A`],
  ["escaped PEM with plus signs for blanks", escaped("alice").replaceAll("%20", "+")],
  ["escaped PEM with CR LF", encodeURIComponent(pem(der("alice"), "\r\n"))],
  ["escaped PEM with a line break at its end", `${escaped("alice")}%0A`],
  ["escaped PEM, a wrong escape", `${escaped("alice")}%`],
  ["escaped PEM twice", escaped("alice") + escaped("bare")],
]

const xfccValues: readonly (readonly [name: string, value: string])[] = [
  ...[
    `By=spiffe://x/y;Hash=${sha256Of};Subject="CN=alice,C=DE";URI=spiffe://x/alice;DNS=a.example;DNS=b.example`,
    ...[`Hash=${sha256Of}`, `Hash=${sha256Of.toUpperCase()}`, `hash=${sha256Of}`, "Hash=", `Hash=${sha256Of}a`],
    ...[`Hash=${sha256Of.slice(1)}`, `Hash=${sha256Of};Hash=${sha256Of}`, `Hash="${sha256Of}"`, "By=x", "By=x;By=y"],
    ...[
      'Subject="CN=a"',
      "Subject=CN",
      "Subject=",
      'Subject=""',
      'Subject="CN=a"x',
      'Subject="CN=a";',
      'Subject="CN=a',
    ],
    ...[
      'Subject="a";Subject="b"',
      'Subject="CN=\\"a\\",C=\\\\"',
      'Subject="CN=a\\";URI=x',
      'Subject="CN=a";URI=x,By=y',
    ],
    ...[
      "URI=x;URI=y",
      "URI=",
      "URI=;URI=x",
      'URI="a;b"',
      'URI="a\\"b\\\\c\\d"',
      "URI=a=b",
      'URI=a"b',
      "uri=X",
      "DNS=a",
    ],
    ...[
      "DNS=a;dns=b",
      "DNS=a,DNS=b",
      "URI=x;",
      ";URI=x",
      "URI=x;;DNS=y",
      "=x",
      "URI",
      "U-RI=x",
      "Foo=x",
      "Foo=x;Foo=y",
    ],
    ...["Foo=x;URI=y", 'URI="x",DNS=y', 'URI="x" ', "URI =x", " URI=x", "Cert=", "Cert=x", "Chain=x", "Cert=;URI=x"],
  ].map((value) => [JSON.stringify(value), value] as const),
  ["Cert", `Cert="${escaped("alice")}"`],
  ["Cert without quotes", `Cert=${escaped("alice")}`],
  ["Cert twice", `Cert="${escaped("alice")}";Cert="${escaped("alice")}"`],
  ["Cert with two", `Cert="${escaped("alice")}${escaped("bare")}"`],
  ["Chain with two", `Chain="${escaped("alice")}${escaped("bare")}"`],
  ["Cert and Chain", `Cert="${escaped("bare")}";Chain="${escaped("alice")}"`],
  ["Cert and names of another", `Cert="${escaped("bare")}";Subject="CN=admin";URI=spiffe://x/admin`],
  ["Cert with another hash", `Hash=${sha256Of};Cert="${escaped("alice")}"`],
  ["Chain with another hash", `Hash=${sha256Of};Chain="${escaped("alice")}"`],
  ["Cert with its hash", `Hash=${sha256("alice").toUpperCase()};Cert="${escaped("alice")}"`],
  ["Cert with the hash of another", `Hash=${sha256("bare")};Cert="${escaped("alice")}"`],
]

/** The value under one key, as a header of its own. */
function read(key: string, format: HeaderFormat, more: Partial<HeaderOptions>, value: string, listed = false): unknown {
  const { needed, read: readHeaders } = compileHeaders({ [key]: { name: "X-Value", format, ...more } })
  const scanned = createHeaderScan(needed)(
    listed ? { headers: {}, multiValueHeaders: { "x-value": [value] } } : ({ headers: { "X-VALUE": value } } as never),
  )
  if ("refused" in scanned) return scanned
  return held(readHeaders(scanned), key)
}

/** The value as a claim of a token that the edge minted. */
function claimed(key: string, format: HeaderFormat, more: Partial<HeaderOptions>, claim: unknown): unknown {
  return held(
    compileHeaders({ [key]: { name: "X-Value", format, ...more } }).readClaims(() => claim),
    key,
  )
}

const held = (values: EdgeValues | Refusal, key: string): unknown => (isRefused(values) ? values : values[key])

const modes: readonly DnMode[] = ["dn", "cn", "raw"]

function linesOf(value: string): readonly string[] {
  const asList = base64url(JSON.stringify([value, "z"]))
  const everyMode = (name: string, format: HeaderFormat, written: string): [string, () => unknown][] =>
    modes.map((dn) => [`${name} ${dn}`, () => read("groups", format, { dn }, written)])
  const results: (readonly [string, () => unknown])[] = [
    ["text", () => read("user", "text", {}, value)],
    ["text listed", () => read("user", "text", {}, value, true)],
    ["text optional", () => read("user", "text", { optional: true }, value)],
    ["texts", () => read("groups", "text", {}, value)],
    ["roles", () => read("roles", "text", {}, value)],
    ["permissions", () => read("permissions", "text", {}, value)],
    ["scopes", () => read("scopes", "text", {}, value)],
    ["base64url", () => read("user", "base64url", {}, value)],
    ["base64url of it", () => read("user", "base64url", {}, base64url(value))],
    ["base64urls of it", () => read("groups", "base64url", {}, base64url(value))],
    ...everyMode("base64urls of a list", "base64url", asList),
    ["apm by default", () => read("teams", "apm-list", {}, value)],
    ...everyMode("apm", "apm-list", value),
    ...everyMode("apm all in hex", "apm-list", hex(value)),
    ...everyMode("apm one in hex", "apm-list", `| ${hex(value)} | z |`),
    ["csv by default", () => read("teams", "csv", {}, value)],
    ...everyMode("csv", "csv", value),
    ["claim", () => claimed("user", "text", {}, value)],
    ["claim for texts", () => claimed("roles", "text", {}, value)],
    ["claim of a list for a text", () => claimed("user", "text", {}, [value])],
    ["claim of a list for csv", () => claimed("teams", "csv", {}, [value, "z"])],
    ["claim of a list for apm", () => claimed("teams", "apm-list", {}, [value, "z"])],
    ["claim for csv", () => claimed("groups", "csv", {}, value)],
    ...modes.map((dn): [string, () => unknown] => [
      `claim with a list ${dn}`,
      () => claimed("groups", "csv", { dn }, [value, "z"]),
    ]),
  ]
  const equals = [comparableName(value), foldCase(value)]
  const forms = { looks: looksLikeName(value), plain: isPlainName(value), parts: readDistinguishedName(value) }
  return [
    shown(value),
    ...grouped(results.map(([name, work]) => [name, attempt(work)])),
    `  equals: ${shown(equals)}`,
    `  name: ${shown(forms)}`,
  ]
}

function certificateLines(): readonly string[] {
  const formats = [
    ["certificate", certificateValues],
    ["xfcc", xfccValues],
  ] as const
  return formats.flatMap(([format, named]) =>
    [...named, ...unusual.map((value) => [shown(value), value] as const)].flatMap(([name, value]) => {
      const all = (key: string): string =>
        grouped(certificateFields.map((field) => [field, attempt(() => read(key, format, { field }, value))]))
          .map((line) => line.trim().replace(certificateFields.join(", "), "each"))
          .join("; ")
      return [`${format}: ${name}`, `  one ${all("user")}`, `  all ${all("groups")}`]
    }),
  )
}

/** Subject alternative names as Node writes them, PEM texts and XFCC elements: what a certificate can hardly hold. */
function partLines(): readonly string[] {
  const names = [
    ...["", "DNS:a", "DNS:a, URI:b", "DNS:a,URI:b", "DNS:", "DNS", ":a", ", DNS:a", "x, DNS:a", "DNS:a, :b", "email:a"],
    ...[
      "IP Address:192.0.2.1",
      "othername:<unsupported>, DNS:a",
      'DNS:"a"',
      'DNS:"a, URI:b"',
      'DNS:"a", URI:b',
      'DNS:"a"x',
    ],
    ...[
      'DNS:"a"x, URI:b',
      'DNS:"a',
      'DNS:"a, URI:"b"',
      'DNS:"a\\"b"',
      'DNS:"a\\"',
      'DNS:"\\\\"',
      'DNS:"\\\\", URI:b',
      'DNS:""',
      'DNS:"',
    ],
    ...[
      'DNS:"\\x"',
      'DNS:a"b"',
      'DNS:"\\u002c"',
      "DNS:a:b",
      'DNS:"a","b"',
      "URI:b, DNS:a, email:c, DNS:d",
      "dns:a",
      "DNS:a, b",
    ],
  ]
  const begin = "-----BEGIN CERTIFICATE-----"
  const end = "-----END CERTIFICATE-----"
  const texts = [
    ...[
      "",
      " ",
      "x",
      begin,
      end,
      begin + end,
      `${begin}AQ==${end}`,
      `${begin} A Q\t==\r\n${end} `,
      `${begin}AQ=${end}`,
    ],
    ...[
      `${begin}AQ==${end}${begin}Ag==${end}`,
      `x${begin}AQ==${end}`,
      `${begin}AQ==${end}x`,
      `${begin}AQ==${end} x ${begin}Ag==${end}`,
    ],
    ...[
      `\n${begin}AQ==${end}\n`,
      `${begin}A\vQ==${end}`,
      `${begin}AQ==${end}\v`,
      `${begin}AQ==`,
      `AQ==${end}`,
      `${end}AQ==${begin}`,
    ],
  ]
  const base64 = ["", "AQ==", "AQ=", "AQ", "AR==", "A Q==", "AQ==\n", "_-8=", "/+8=", "AQID"]
  const elements = [
    ...[
      "By=a;By=b;URI=x",
      "=x;URI=y",
      "U-RI=x;URI=y",
      "URIx",
      "DNSa;URI=y",
      'URI="";DNS="x"',
      'Subject="CN=a"xURI=y',
      'URI="x"xDNS=y',
    ],
    ...[
      'URI="x"x',
      'URI="x" ;DNS=y',
      "Hash=;URI=x",
      'Subject="";URI=x',
      "URI1=x;URI=y",
      "Ür=x",
      'URI="\\"',
      'URI="\\\\"',
      'URI="a\\b"',
    ],
    ...["Cert=a;Chain=b", "Cert=;Chain=", "Subject=x;Subject=y", "Hash=x"],
  ]
  return [
    ...names.map((text) => `names ${shown(text)}: ${shown(readAlternativeNames(text))}`),
    `names of nothing: ${shown(readAlternativeNames(undefined))}`,
    ...texts.map((text) => `PEM ${shown(text)}: ${shown(readPem(text)?.map((each) => each.toString("hex")))}`),
    ...texts.map((text) => `escaped PEM ${shown(text)}: ${shown(readEscapedPem(encodeURIComponent(text))?.length)}`),
    ...base64.map((text) => `base64 ${shown(text)}: ${shown(decodeBase64(text)?.toString("hex"))}`),
    ...elements.map((text) => `element ${shown(text)}: ${shown(readXfccElement(text))}`),
  ]
}

/** One line for each value and result. */
export function knownValues(): readonly string[] {
  return [...values.flatMap(linesOf), ...certificateLines(), ...partLines()]
}
