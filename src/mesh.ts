/**
 * The rules of an authorizer as configuration of a mesh or a proxy. Start with `exportIstio`.
 *
 * @module hallpass/mesh
 */
export { type AssertionKeySet, assertionKeySet } from "./authorizer/assertion-key-set.ts"
export { type EnvoyFilter, type EnvoyParts, exportEnvoy } from "./mesh/envoy.ts"
export type { Exported, ExportFinding, ExportOptions } from "./mesh/exported.ts"
export { exportGloo } from "./mesh/gloo.ts"
export { type Imported, importGloo } from "./mesh/import-gloo.ts"
export { exportIstio } from "./mesh/istio.ts"
export type { KubernetesObject } from "./mesh/kubernetes.ts"
export { exportNginx } from "./mesh/nginx.ts"
export type { PublicSigningKey } from "./secret/public-signing-key.ts"
export type { AuthorizerConfig } from "./types/configuration.ts"
export type { KeySnapshot } from "./types/key-snapshot.ts"
