/** One word of a POSIX shell. */
export const shellWord = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : inQuotes(text))

/** The same in single quotes, in which a shell replaces nothing. */
export const inQuotes = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
