// The build of the package lets every door import this first: on an older Node.js the library says so in one line,
// before it fails somewhere in the middle of a request.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

if (major < 22 || (major === 22 && minor < 12)) {
  throw new Error(`hallpass needs Node.js 22.12 or newer, and this is ${process.versions.node}. Install a newer one`)
}

export {}
