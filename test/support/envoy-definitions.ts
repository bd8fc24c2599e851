import { resolve } from "node:path"
import { loadSync, type Options, type PackageDefinition } from "@grpc/proto-loader"

const published = resolve(import.meta.dirname, "../../node_modules/@grpc/grpc-js-xds/deps")
const includeDirs = ["envoy-api", "xds", "googleapis", "protoc-gen-validate"].map((name) => resolve(published, name))

/** The definitions that Envoy publishes. @param names without `envoy/` and `.proto` */
export function envoyDefinitions(names: readonly string[], options: Options = {}): PackageDefinition {
  const files = names.map((name) => `envoy/${name}.proto`)
  return loadSync(files, { includeDirs, keepCase: true, enums: String, ...options })
}

/** Finds the members of a value of the message that its published definition does not have. */
export type UnknownMembers = (value: unknown, message: string) => readonly string[]

interface Message {
  readonly name: string
  readonly field: readonly { readonly name: string; readonly type: string; readonly typeName: string }[]
  readonly nestedType?: readonly Message[]
  readonly options?: { readonly mapEntry?: boolean }
}

type Messages = ReadonlyMap<string, Message>

/** Prepares the check of members. @param names as `envoyDefinitions` takes them */
export function unknownMembersBy(names: readonly string[]): UnknownMembers {
  const messages = messagesIn(envoyDefinitions(names))
  return (value, message) => unknownMembers(messages, value, message, "")
}

/** Messages by their whole name, without the package of Google's own. */
function messagesIn(definitions: PackageDefinition): Messages {
  const messages = new Map<string, Message>()
  const collect = (message: Message, name: string): void => {
    messages.set(name, message)
    for (const nested of message.nestedType ?? []) collect(nested, `${name}.${nested.name}`)
  }
  for (const [name, { type }] of Object.entries(definitions as { [name: string]: { readonly type?: unknown } })) {
    const message = type as Message | undefined
    if (message?.field !== undefined) collect(message, name)
  }
  return messages
}

function unknownMembers(messages: Messages, value: unknown, name: string, at: string): string[] {
  if (typeof value !== "object" || value === null) return []
  const { "@type": type, ...members } = value as { readonly [member: string]: unknown }
  if (typeof type === "string") return unknownMembers(messages, members, type.replace("type.googleapis.com/", ""), at)
  if (name.startsWith("google.protobuf")) return []
  const message = messages.get(name)
  if (message === undefined) return [`${at}: no message ${name}`]
  return Object.entries(members).flatMap(([member, inner]) => {
    const field = message.field.find((each) => each.name === member)
    if (field === undefined) return [`${at}${member}`]
    if (!/MESSAGE/.test(field.type)) return []
    const of = wholeName(messages, field.typeName, name)
    const inside = messages.get(of)
    const entry = inside?.options?.mapEntry === true ? inside.field.find((each) => each.name === "value") : undefined
    const list: readonly unknown[] = entry !== undefined ? Object.values(inner as object) : [inner].flat()
    const type = entry === undefined ? of : wholeName(messages, entry.typeName, of)
    return list.flatMap((each) => unknownMembers(messages, each, type, `${at}${member}.`))
  })
}

/** Names in a definition are relative to the message that they are in. */
function wholeName(messages: Messages, typeName: string, scope: string): string {
  const parts = scope.split(".")
  for (let length = parts.length; length >= 0; length--) {
    const whole = [...parts.slice(0, length), typeName].join(".")
    if (messages.has(whole)) return whole
  }
  return typeName
}
