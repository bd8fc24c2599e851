/**
 * What was found out about the table of the bundled configuration. The build puts that in place of this module if a
 * start does not need it for its first answer.
 */
export const table: object | undefined = undefined
