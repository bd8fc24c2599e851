import { type CollectionTag, isMap, isSeq, parseDocument, type ScalarTag, YAMLMap } from "yaml"

// Intrinsic functions in their short form; each becomes the object of its long form, as CloudFormation reads it.
const functions = [
  "And",
  "Base64",
  "Equals",
  "FindInMap",
  "GetAtt",
  "If",
  "Join",
  "Not",
  "Or",
  "Select",
  "Split",
  "Sub",
]

function longForm(key: string, value: unknown): YAMLMap {
  const map = new YAMLMap()
  map.set(key, value)
  return map
}

function tagsOf(tag: string, key: string): (ScalarTag | CollectionTag)[] {
  return [
    {
      tag,
      resolve: (text: string) => ({ [key]: key === "Fn::GetAtt" ? text.split(".") : text }),
    },
    { tag, collection: "seq", resolve: (node) => (isSeq(node) ? longForm(key, node) : node) },
    { tag, collection: "map", resolve: (node) => (isMap(node) ? longForm(key, node) : node) },
  ]
}

/** Reads a CloudFormation template; a tag that is no intrinsic function, or any other fault, is an error. */
export function parseTemplate(text: string): unknown {
  const customTags = [
    ...tagsOf("!Ref", "Ref"),
    ...tagsOf("!Condition", "Condition"),
    ...functions.flatMap((name) => tagsOf(`!${name}`, `Fn::${name}`)),
  ]
  const document = parseDocument(text, { customTags, version: "1.1" })
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join("\n"))
  return document.toJS()
}
