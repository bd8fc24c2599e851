import { sizeSearch } from "../../configuration/size-search.ts"

/** What only a table needs of which a simple count does not prove that every answer fits. */
export { sizeSearch }
