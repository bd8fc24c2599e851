#!/usr/bin/env node
// The bin of the package. It looks at the version of Node.js before it loads anything that an older one cannot run.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

if (major > 22 || (major === 22 && minor >= 12)) {
  await import("./hallpass.ts")
} else {
  process.stderr.write(
    `hallpass needs Node.js 22.12 or newer, and this is ${process.versions.node}. Install a newer one\n`,
  )
  process.exitCode = 2
}
