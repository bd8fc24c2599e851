import { mockClient as mock } from "aws-sdk-client-mock"
import { undoAfterFile } from "./file-parts.ts"

/** As `mockClient` of aws-sdk-client-mock, until the test file ends: the next one may ask a real server. */
export const mockClient: typeof mock = (client, options) => {
  const stub = mock(client, options)
  undoAfterFile(() => stub.restore())
  return stub
}
