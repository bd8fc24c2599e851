/** A public key of ES256 as it is published (RFC 7517). `kid` is its thumbprint (RFC 7638). */
export interface PublicSigningKey {
  readonly kty: "EC"
  readonly crv: "P-256"
  readonly x: string
  readonly y: string
  readonly kid: string
  readonly alg: "ES256"
  readonly use: "sig"
}
