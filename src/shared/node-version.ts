// The build of the package lets every door import this first. On an older Node.js the library then says so in one line,
// and does not fail in the middle of a request.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

if (major < 22 || (major === 22 && minor < 12)) {
  throw new Error(`hallpass needs Node.js 22.12 or newer, and this is ${process.versions.node}. Install a newer one`)
}

export {}
