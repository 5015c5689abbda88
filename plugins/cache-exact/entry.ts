/** An answer as it is kept: a byte that says how, a head in JSON behind its length, and the body, compressed if it is long. */

import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'

export interface Entry {
  readonly contentType: string
  readonly body: Buffer
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly model: string
  readonly provider: string
}

/** Changes with the layout; entries of another version are not read. */
const version = 1
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
  const { v, ...head } = JSON.parse(bytes.toString('utf8', headAt, bodyAt)) as Omit<Entry, 'body'> & { readonly v: number }
  if (v !== version) return undefined
  const body = bytes.subarray(bodyAt)
  if (bytes[0] === 0) return { ...head, body }
  return decompress(body).then(whole => ({ ...head, body: whole }))
}

function join(isCompressed: 0 | 1, head: Omit<Entry, 'body'>, body: Buffer): Buffer {
  const json = Buffer.from(JSON.stringify({ v: version, ...head }))
  const prefix = Buffer.alloc(headAt)
  prefix.writeUInt8(isCompressed, 0)
  prefix.writeUInt32LE(json.length, 1)
  return Buffer.concat([prefix, json, body])
}
