/** The directory in the store, the same for all processes; every write is checked against all of it. */

import type { AdminCall, AdminScope, GatewayError } from '../../core/index.ts'
import { refuseContention } from '../shared/admin/refuse-conflict.ts'
import type { Records } from '../../core/storage/records.ts'
import { SharedDocument } from '../../core/storage/shared-document.ts'
import { isWithin } from '../../core/user-path.ts'
import { Directory, emptyDirectory, type DirectoryContent } from './directory.ts'

/** What administrators see of one kind of things in the directory. */
export interface Shown<View> {
  all(directory: Directory): readonly View[]
  pathOf(view: View): string
}

/** One of them, that is to be changed. */
export interface Meant<View> extends Shown<View> {
  isMeant(view: View): boolean
  /** What is said where it is not there, or not the administrator's to see. */
  readonly missing: GatewayError
}

/** Those in a scope. */
export function visible<View>({ all, pathOf }: Shown<View>, directory: Directory, { root, isGlobal }: AdminScope): readonly View[] {
  return all(directory).filter(view => isGlobal || isWithin(pathOf(view), root))
}

export class DirectoryStore {
  readonly #document: SharedDocument<DirectoryContent>
  directory = new Directory(emptyDirectory)

  /** @param failed told why it could not be read; what was read before stands */
  constructor(records: Records<DirectoryContent>, failed: (cause: unknown) => void) {
    this.#document = new SharedDocument({
      records,
      id: 'directory',
      empty: emptyDirectory,
      failed,
      changed: content => {
        this.directory = new Directory(content)
      },
    })
  }

  open(): Promise<void> {
    return this.#document.open()
  }

  close(): Promise<void> {
    return this.#document.close()
  }

  /**
   * Writes, and tells of it. Who administers one path changes what stands below, and keeps it there.
   * @param edit what stands afterwards. @throws GatewayError
   */
  async write<View>(call: AdminCall, meant: Meant<View>, edit: (content: DirectoryContent) => DirectoryContent): Promise<View | undefined> {
    const find = (directory: Directory) => meant.all(directory).find(view => meant.isMeant(view))
    let before: View | undefined
    let after: View | undefined
    await this.#document
      .change(content => {
        const list = visible(meant, this.directory, call.scope)
        before = find(this.directory)
        if (before !== undefined && !list.some(view => meant.isMeant(view))) throw meant.missing
        call.ifMatch(before, list)
        const next = new Directory(edit(content))
        after = find(next)
        if (after !== undefined) call.confine(meant.pathOf(after))
        return next.content
      })
      .catch(refuseContention('the directory'))
    call.changed(before, after)
    return after
  }
}
