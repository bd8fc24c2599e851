import { describe, expect, it } from "vitest"
import { readArguments, UsageError } from "../../local/arguments.ts"

describe("the command line of npm start", () => {
  it.each([
    [[], { task: "demonstration", serve: undefined, port: 3000, awsRuntime: false }],
    [["--serve", "--port", "0"], { task: "demonstration", serve: true, port: 0 }],
    [["--no-serve"], { task: "demonstration", serve: false }],
    [["--aws-runtime"], { task: "demonstration", awsRuntime: true }],
    [["--check"], { task: "table", awsRuntime: false }],
    [["--check", "--aws-runtime"], { task: "table", awsRuntime: true }],
    [["--help"], { task: "help", awsRuntime: false }],
    [["-h", "--check"], { task: "help", awsRuntime: false }],
    [["--event", "e.json"], { task: "event", eventFile: "e.json", awsRuntime: false }],
    [["--event=e.json", "--token", "a.b.c"], { task: "event", eventFile: "e.json", token: { literal: "a.b.c" } }],
    [["--event", "e.json", "--token", "entra:wrong-scope"], { token: { persona: "entra", token: "wrong-scope" } }],
    [["--event", "e.json", "--config", "c.json", "--token", "t"], { configFile: "c.json", token: { literal: "t" } }],
  ])("%j is understood", (args, command) => {
    expect(readArguments(args)).toMatchObject(command)
  })

  it.each([
    [["--colour"], "Unknown option '--colour'"],
    [["table"], "Unexpected argument 'table'"],
    [["--event"], "--event"],
    [["--check=yes"], "--check"],
    [["--event", ""], "--event"],
    [["--token", "okta:good"], "--token belongs to --event FILE"],
    [["--config", "c.json"], "--config belongs to --event FILE"],
    [["--check", "--event", "e.json"], "give one of them"],
    [["--serve", "--no-serve"], "exclude each other"],
    [["--check", "--serve"], "--serve belongs to the page"],
    [["--check", "--port", "1"], "--port belongs to the page"],
    [["--port", "65536"], "--port is a number from 0 to 65535"],
    [["--port", "-1"], "--port"],
    [["--port", "1e3"], "--port is a number"],
    [["--event", "e.json", "--token", "okta:stale"], "good|expired|wrong-audience|wrong-scope|tampered|missing"],
    [["--event", "e.json", "--token", "google:good"], "okta|auth0|entra|cognito"],
    [["--event", "e.json", "--config", "c.json", "--token", "okta:good"], "--config replaces the embedded issuers"],
  ])("%j is one line of explanation", (args, text) => {
    const read = () => readArguments(args)
    expect(read).toThrow(UsageError)
    expect(read).toThrow(text)
    expect(read).not.toThrow(/\n/)
  })
})
