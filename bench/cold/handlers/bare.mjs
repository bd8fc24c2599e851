/** The floor: a handler that decides nothing. */
export const handler = async () => ({ isAuthorized: true })
