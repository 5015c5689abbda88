/** The service `files`: files that callers uploaded, wherever their bytes are. */

import type { Exchange } from '../pipeline/exchange.ts'

/** What is known of a file, in the words of OpenAI's API. */
export interface FileRecord {
  readonly id: string
  readonly bytes: number
  /** Seconds since 1970. */
  readonly created_at: number
  readonly filename: string
  readonly purpose: string
  /** The instance whose file it is; of a file that Tapline keeps, the one that its lines are for. */
  readonly provider: string
  /** The user path that it was made for. */
  readonly owner: string
  /** Tapline keeps the bytes itself. */
  readonly kept: boolean
  /** It is kept until a batch is made of it: its lines name models as the provider does. */
  readonly isSpelled?: boolean
  /** Fingerprint of the provider's key that it was made with. */
  readonly key?: string
}

/** What is said of a file as it is made. */
export type NewFile = Pick<FileRecord, 'filename' | 'purpose' | 'provider' | 'owner' | 'isSpelled'>

export interface Files {
  /** A file that the caller may reach; undefined for an unknown one and for another's alike. */
  find(exchange: Exchange, id: string): Promise<FileRecord | undefined>
  /** The bytes in their order, in pieces. @throws GatewayError if the provider does not give them */
  read(file: FileRecord, signal?: AbortSignal): AsyncIterable<Buffer>
  /** Keeps a new file; it is there as a whole, or not at all. */
  keep(file: NewFile, content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<FileRecord>
  /** Gives a file to a provider, as a caller's upload would be. @throws GatewayError */
  upload(file: NewFile, content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<FileRecord>
  /** Records a file that a provider made, such as the output of a batch. */
  adopt(file: FileRecord): Promise<void>
  delete(file: FileRecord): Promise<void>
}
