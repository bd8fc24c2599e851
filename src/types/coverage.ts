/**
 * What an answer covers, as patterns below the stage of an API: `GET/orders/?*`, `$connect`, `*`. Made from configuration
 * only. In a pattern `*` stands for any text, slashes included, and `?` for one character, as IAM reads them.
 */
export interface Coverage {
  readonly allow: readonly string[]
  /** What has to be denied, because an Allow pattern, or the API's resource policy, would let it through. */
  readonly deny: readonly string[]
  /** Forms of ambiguous paths, denied wherever they occur. They are patterns of any API and stage: `*/ /*`, `*%61*`. */
  readonly denyForms?: readonly string[]
  /** What is denied besides, group by group as room permits: clearer answers, and routes that the table does not name. */
  readonly denyIfRoom: readonly (readonly string[])[]
  /** The same in fewer patterns, for when it does not fit: right for every route of the table, wider around them. */
  compact?(): Coverage
}

/** Every route of the stage. */
export const wholeStage: Coverage = Object.freeze({ allow: ["*"], deny: [], denyIfRoom: [] })
