/**
 * What an answer has to be right for, which follows from the gateway's cache key (SR-143): one `route`, because the key
 * holds it or nothing is cached; every route of a `principal`, because the key holds the token only; or the whole `stage`,
 * because there are no routes.
 */
export type AnswerScope = "route" | "principal" | "stage"
