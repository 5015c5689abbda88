/** The directory in the store, the same for all processes; every write is checked against all of it. */

import { Conflict, gatewayError, SharedDocument, type AdminCall, type Records } from '../../core/index.ts'
import { Directory, emptyDirectory, type DirectoryContent } from './directory.ts'

export class DirectoryStore {
  readonly #document: SharedDocument<DirectoryContent>
  directory = new Directory(emptyDirectory)

  /** @param failed told why it could not be read; what was read before stands */
  constructor(records: Records<DirectoryContent>, failed: (cause: unknown) => void) {
    this.#document = new SharedDocument({
      records, id: 'directory', empty: emptyDirectory, failed,
      changed: content => { this.directory = new Directory(content) },
    })
  }

  open(): Promise<void> {
    return this.#document.open()
  }

  close(): Promise<void> {
    return this.#document.close()
  }

  /**
   * Writes, and tells of it.
   * @param view what the caller sees of what is changed
   * @param list the listing that it stands in
   * @param edit what stands afterwards. @throws GatewayError
   */
  async write<View>(call: AdminCall, view: (directory: Directory) => View | undefined, list: (directory: Directory) => readonly View[], edit: (content: DirectoryContent) => DirectoryContent): Promise<View | undefined> {
    let before: View | undefined
    await this.#document.change(content => {
      before = view(this.directory)
      call.ifMatch(before, list(this.directory))
      return new Directory(edit(content)).content
    }).catch(refuseConflict)
    const after = view(this.directory)
    call.changed(before, after)
    return after
  }
}

function refuseConflict(cause: unknown): never {
  throw cause instanceof Conflict ? gatewayError('conflict', 'others write the directory all the time; try again', { cause }) : cause
}
