import { execFileSync, spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { connect } from "node:tls"
import { freePort, startProgram } from "../../support/program.ts"
import { type RawAnswer, readAll, sendRaw } from "../../support/raw-http.ts"

const examples = resolve(import.meta.dirname, "../../../examples/nginx")
const modules = "/usr/lib/nginx/modules"
const nginxPath = ["/usr/sbin/nginx", "nginx"].find((path) => spawnSync(path, ["-v"]).error === undefined)

/** A client certificate: the files of it and of its key. */
export interface ClientCertificate {
  readonly cert: Buffer
  readonly key: Buffer
}

/** nginx on loopback, with the configuration of `examples/nginx/`. */
export interface NginxEdge {
  readonly port: number
  readonly ca: Buffer
  /**
   * Makes a certificate of the authority that nginx trusts, or of another one of the same name.
   *
   * @param subject as openssl takes it
   */
  client(subject: string, authority?: "trusted" | "other"): ClientCertificate
  errorLog(): string
  stop(): Promise<void>
}

/** What the edge of a test needs in addition to the example. */
export interface EdgeOptions {
  /** The port on loopback that plays API Gateway, without TLS. */
  readonly gatewayPort: number
  readonly keyId: string
  readonly keyHex: string
  /** Lines of `groups.map`. */
  readonly groups: string
}

/**
 * Starts nginx as `examples/nginx/nginx.conf` says, with its paths, addresses and ports replaced by those of the test.
 */
export async function startNginx({ gatewayPort, keyId, keyHex, groups }: EdgeOptions): Promise<NginxEdge> {
  const folder = mkdtempSync(join(tmpdir(), "hallpass-nginx-"))
  const files = join(folder, "edge")
  mkdirSync(files)
  const port = await freePort()
  const errors = join(folder, "error.log")

  authority(files, "clients-ca")
  authority(files, "other-ca")
  authority(files, "server-ca")
  issue(files, "server-ca", "server", "/CN=orders.example.com")
  writeFileSync(join(files, "key.conf"), `set $edge_key_id ${keyId};\nset $edge_key ${keyHex};\n`, { mode: 0o600 })
  writeFileSync(join(files, "groups.map"), groups)
  copyFileSync(join(examples, "edge-v1.js"), join(files, "edge-v1.js"))
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join("\n    ")
  writeFileSync(
    join(folder, "nginx.conf"),
    replaced(readFileSync(join(examples, "nginx.conf"), "utf8"), [
      ["modules/ngx_http_js_module.so", `${modules}/ngx_http_js_module.so`],
      ["user www-data;", process.getuid?.() === 0 ? "user www-data;" : ""],
      ["/run/nginx.pid", join(folder, "nginx.pid")],
      ["/var/log/nginx/error.log", errors],
      ["access_log /var/log/nginx/access.log;", `access_log off;\n    ${temporary}`],
      ["/etc/nginx/edge", files],
      ["listen 443 ssl;", `listen 127.0.0.1:${port} ssl;`],
      ["proxy_pass https://$edge_host;", `proxy_pass http://127.0.0.1:${gatewayPort};`],
    ]),
  )
  const words = ["-p", folder, "-c", join(folder, "nginx.conf"), "-g", "daemon off;"]
  const nginx = await startProgram(nginxPath ?? "nginx", words, port)

  let serial = 0
  return {
    port,
    ca: readFileSync(join(files, "server-ca.crt")),
    client(subject, from = "trusted") {
      const name = `client-${serial++}`
      issue(files, from === "trusted" ? "clients-ca" : "other-ca", name, subject)
      return { cert: readFileSync(join(files, `${name}.crt`)), key: readFileSync(join(files, `${name}.key`)) }
    },
    errorLog: () => readFileSync(errors, "utf8"),
    async stop() {
      await nginx.stop("SIGQUIT")
      rmSync(folder, { recursive: true })
    },
  }
}

/** Every pair must be found, so that a change of the example cannot leave the test with an address of its own. */
function replaced(text: string, pairs: readonly (readonly [from: string, to: string])[]): string {
  return pairs.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`the example no longer holds: ${from}`)
    return before.replaceAll(from, to)
  }, text)
}

const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] })
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

function authority(folder: string, name: string): void {
  const out = ["-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.crt`)]
  const subject = name === "server-ca" ? "/CN=Server authority" : "/CN=Client authority"
  openssl("req", "-x509", ...newKey, "-subj", subject, "-days", "1", ...out)
}

function issue(folder: string, from: string, name: string, subject: string): void {
  const request = join(folder, `${name}.csr`)
  openssl("req", ...newKey, "-subj", subject, "-keyout", join(folder, `${name}.key`), "-out", request)
  const signer = ["-CA", join(folder, `${from}.crt`), "-CAkey", join(folder, `${from}.key`), "-CAcreateserial"]
  openssl("x509", "-req", "-in", request, ...signer, "-days", "1", "-out", join(folder, `${name}.crt`))
}

/** Sends a text as it is, through nginx. */
export async function sendThrough(
  edge: NginxEdge,
  client: ClientCertificate | undefined,
  lines: readonly string[],
): Promise<RawAnswer> {
  const names = { host: "127.0.0.1", port: edge.port, servername: "orders.example.com" }
  const socket = connect({ ...names, ca: edge.ca, ...client, checkServerIdentity: () => undefined })
  return dechunked(await readAll(socket, `${lines.join("\r\n")}\r\n\r\n`))
}

/** Sends a text as it is to the gateway, past nginx. */
export async function sendPast(gatewayPort: number, lines: readonly string[]): Promise<RawAnswer> {
  return dechunked(await sendRaw(gatewayPort, lines))
}

/** The answers are short: one chunk, where there are chunks. */
function dechunked({ status, head, body }: RawAnswer): RawAnswer {
  if (!/^transfer-encoding: chunked/im.test(head)) return { status, head, body }
  return { status, head, body: body.slice(body.indexOf("\r\n") + 2, body.lastIndexOf("\r\n0\r\n")) }
}
