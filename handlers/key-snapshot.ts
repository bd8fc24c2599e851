import type { KeySnapshot } from "../src/index.ts"

/**
 * Key sets to start with, so that the first requests need no network. The build puts what `hallpass snapshot` wrote in
 * place of this module (`npm run build -- --snapshot key-snapshot.json`); without one a start knows no keys.
 */
const keySnapshot: KeySnapshot | undefined = undefined

export default keySnapshot
