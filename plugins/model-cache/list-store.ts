/** A place where lists are kept, by their ids. */

export interface ListStore {
  /** For people. */
  readonly name: string
  /** After so many milliseconds a list does not count any more. */
  readonly keepsMs: number
  /** The texts that are there, of those asked for. @throws Error if the place cannot be read */
  read(ids: readonly string[]): Promise<ReadonlyMap<string, string>>
  write(id: string, text: string): Promise<void>
  close(): Promise<void>
}
