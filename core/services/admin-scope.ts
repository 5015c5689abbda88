/** What an administrator may see and change. */

export interface AdminScope {
  /** The user path that the administrator is confined to; `/` sees everything. */
  readonly root: string
  readonly isGlobal: boolean
}
