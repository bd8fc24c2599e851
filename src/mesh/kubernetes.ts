import type { ExportOptions } from "./exported.ts"

/** A document for `kubectl apply`. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec: object
}

const label = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/
const labelKey = /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?$/
/** A key that YAML 1.1 could read as a number. */
const numberLike = /^\d[\da-fx_.]*$/i
const labelValue = /^(?:[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)?$/

/** Name and namespace of a document. @throws TypeError if Kubernetes would refuse an option */
export function metadataOf({ name = "hallpass", namespace, selector }: ExportOptions): KubernetesObject["metadata"] {
  if (!label.test(name)) throw new TypeError("name must be a name of Kubernetes: small letters, digits and hyphens")
  if (namespace !== undefined && !label.test(namespace))
    throw new TypeError("namespace must be a name of Kubernetes: small letters, digits and hyphens")
  const labels = Object.entries(selector ?? {})
  if (selector !== undefined && labels.length === 0)
    throw new TypeError("selector must have a label, or be left out for every workload of the namespace")
  for (const [key, value] of labels)
    if (!labelKey.test(key) || numberLike.test(key) || !labelValue.test(value))
      throw new TypeError("selector must have labels of Kubernetes, such as app=orders, without wildcards")
  return { name, ...(namespace !== undefined && { namespace }) }
}
