import { publishCheckedVersion } from "../src/deployment.ts"

/** The custom resource that lets a version take traffic only after its check: `publish-checked-version.handler`. */
export const handler = (event: unknown): Promise<void> => publishCheckedVersion(event)
