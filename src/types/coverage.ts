/**
 * What an answer covers, as patterns below the stage of an API: `GET/orders/?*`, `$connect`, `*`. Made from
 * configuration only. In a pattern `*` means any text, slashes included, and `?` for one character, as IAM reads
 * them.
 */
export interface CoverageForm {
  readonly allow: readonly string[]
  /** What has to be denied, because an Allow pattern, or the API's resource policy, would let it through. */
  readonly deny: readonly string[]
  /** Forms of ambiguous paths, denied wherever they occur. They are patterns of any API and stage: `*/ /*`, `*%61*`. */
  readonly denyForms?: readonly string[]
  /**
   * What else is denied, group by group as room permits: clearer answers, and routes that the table does not name.
   */
  readonly denyIfRoom: readonly (readonly string[])[]
  /** Whether the Resources may begin with a shorter ARN if they do not fit otherwise. */
  readonly isShort?: boolean
  /** The same in less room, for when it does not fit: right for every route of the table, wider around them. */
  shorter?(): CoverageForm | undefined
  /** The form that takes least room of all. If it does not fit, none does, and no other has to be tried. */
  shortest?(): CoverageForm | undefined
}

/** Patterns, or a way to make them when they are needed. */
export type Coverage = CoverageForm | { form(): CoverageForm }

/** What the parts of a policy document take. Bytes. */
export interface DocumentBytes {
  /** A Resource without method and path. */
  readonly resource: number
  /** The Deny of an ambiguous form without its text. */
  readonly form: number
  /** What is put before a form that has slashes. */
  readonly stageOfForm: number
  /** The Deny of texts that the Resources of one method could be mistaken on, without the method's name. */
  readonly mistaken: number
  /** Everything else. */
  readonly frame: number
}

/** Every route of the stage. */
export const wholeStage: CoverageForm = Object.freeze({ allow: ["*"], deny: [], denyIfRoom: [] })
