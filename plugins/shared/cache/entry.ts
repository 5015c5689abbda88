/** An answer as it is kept: a byte that says how, a head in JSON behind its length, and the body, compressed if it is long. */

import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { readFrom, type RawUsage, type Usage } from '../../../core/neutral/usage.ts'

export interface Entry {
  readonly status: number
  readonly contentType: string
  /** Further headers, flat. */
  readonly headers: readonly string[]
  readonly body: Buffer
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly model: string
  readonly provider: string
  /** What the answer cost when it was made. */
  readonly usage?: Usage | undefined
  /** Of a stream: where its parts begin, and when they left, flat: byte, milliseconds since the first, byte, milliseconds … */
  readonly marks?: readonly number[] | undefined
}

/** As it is written: what the counts were read from is no member of them. */
interface Head extends Omit<Entry, 'body'> {
  readonly v: number
  readonly raw?: RawUsage | undefined
}

/** Changes with the layout; entries of another version are not read. */
const version = 2
const compressFrom = 4 * 1024
const headAt = 5
const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

export function encodeEntry(entry: Entry): Buffer | Promise<Buffer> {
  const { body, ...head } = entry
  if (body.length <= compressFrom) return join(0, head, body)
  return compress(body).then(compressed => join(1, head, compressed))
}

/** @returns undefined for what another version wrote */
export function decodeEntry(bytes: Buffer): Entry | undefined | Promise<Entry> {
  const bodyAt = headAt + bytes.readUInt32LE(1)
  const { v, raw, ...written } = JSON.parse(bytes.toString('utf8', headAt, bodyAt)) as Head
  if (v !== version) return undefined
  const { usage } = written
  const head = usage === undefined || raw === undefined ? written : { ...written, usage: readFrom(raw, usage) }
  const body = bytes.subarray(bodyAt)
  if (bytes[0] === 0) return { ...head, body }
  return decompress(body).then(whole => ({ ...head, body: whole }))
}

function join(isCompressed: 0 | 1, head: Omit<Entry, 'body'>, body: Buffer): Buffer {
  const json = Buffer.from(JSON.stringify({ v: version, ...head, raw: head.usage?.raw } satisfies Head))
  const prefix = Buffer.alloc(headAt)
  prefix.writeUInt8(isCompressed, 0)
  prefix.writeUInt32LE(json.length, 1)
  return Buffer.concat([prefix, json, body])
}
