/** What the admin API says and takes of tagging headers. Made by schemas/generate.ts; edit tagging.schema.json instead. */

/**
 * What the admin API says and takes of tagging headers
 */
export interface TaggingBodies {
  [k: string]: unknown
}
/**
 * The headers in which callers say labels.
 *
 * This interface was referenced by `TaggingBodies`'s JSON-Schema
 * via the `definition` "TaggingSettings".
 */
export interface TaggingSettings {
  /**
   * In the order in which their labels come.
   */
  headers: TaggingHeaderView[]
  /**
   * Whether they can be changed now: not while the store is away.
   */
  editable: boolean
}
/**
 * One header.
 *
 * This interface was referenced by `TaggingBodies`'s JSON-Schema
 * via the `definition` "TaggingHeaderView".
 */
export interface TaggingHeaderView {
  header: string
  /**
   * What is taken off the beginning of each label that begins so.
   */
  prefix: string
  /**
   * What stands between two labels.
   */
  delimiter: string
  /**
   * Whether the header stays in the gateway where headers of callers go on to a provider.
   */
  do_not_pass: boolean
  /**
   * The configuration names it, and only the configuration can change it.
   */
  managed: boolean
}
/**
 * The headers that shall be read, in the place of those that administrators named before.
 *
 * This interface was referenced by `TaggingBodies`'s JSON-Schema
 * via the `definition` "TaggingSettingsWrite".
 */
export interface TaggingSettingsWrite {
  /**
   * Those of the configuration may be left out, or stand here as they are.
   *
   * @maxItems 64
   */
  headers: TaggingHeaderWrite[]
  /**
   * Not looked at, so that an answer can be sent back.
   */
  editable?: boolean
}
/**
 * One header.
 *
 * This interface was referenced by `TaggingBodies`'s JSON-Schema
 * via the `definition` "TaggingHeaderWrite".
 */
export interface TaggingHeaderWrite {
  /**
   * Its name. Never a header that carries credentials.
   */
  header: string
  /**
   * What is taken off the beginning of each label that begins so.
   */
  prefix: string
  /**
   * What stands between two labels.
   */
  delimiter: string
  /**
   * Whether the header stays in the gateway where headers of callers go on to a provider.
   */
  do_not_pass: boolean
  /**
   * Not looked at, so that an answer can be sent back.
   */
  managed?: boolean
}
