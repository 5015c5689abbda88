/** Binary frames of AWS, as a server would write them. */

import { crc32 } from 'node:zlib'

/** A header of another type than text: the type's number, and the bytes of its value. */
export interface TypedHeader {
  readonly type: number
  readonly value: Buffer
}

/** One frame, both checksums right. */
export function awsFrame(headers: Readonly<Record<string, string | TypedHeader>>, payload: string | Buffer): Buffer {
  const block = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)))
  const body = Buffer.from(payload)
  const lengths = uint32(16 + block.length + body.length, block.length)
  const behindPrelude = Buffer.concat([lengths, uint32(crc32(lengths)), block, body])
  return Buffer.concat([behindPrelude, uint32(crc32(behindPrelude))])
}

/** A frame of type `event`. */
export function awsEvent(name: string, payload: unknown): Buffer {
  return awsFrame({ ':event-type': name, ':content-type': 'application/json', ':message-type': 'event' }, JSON.stringify(payload))
}

/** A frame of type `exception`. */
export function awsException(type: string, payload: unknown): Buffer {
  return awsFrame({ ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' }, JSON.stringify(payload))
}

export function uint32(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length)
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * index)
  return bytes
}

function header(name: string, value: string | TypedHeader): Buffer {
  const { type, value: bytes } = typeof value === 'string' ? { type: 7, value: withLength(Buffer.from(value)) } : value
  return Buffer.concat([Buffer.of(Buffer.byteLength(name)), Buffer.from(name), Buffer.of(type), bytes])
}

/** A value that says its own length. */
export function withLength(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes])
}
