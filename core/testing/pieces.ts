/** The body of a script as the pieces in which it leaves. */

import { encode } from './encode.ts'
import type { Script } from './script.ts'

/** The bytes of a reply's body, encoded and split as the script says, made only as they are asked for. */
export async function* piecesOf(script: Script): AsyncGenerator<Buffer> {
  const written = bytesOf(script)
  const encoded = script.encoding === undefined ? written : encode(written, script.encoding)
  if (script.splitAt === undefined) yield* encoded
  else yield* split(Buffer.concat(await collect(encoded)), script.splitAt)
}

/** All pieces, when they are there. */
export async function collect(pieces: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<Buffer[]> {
  const collected: Buffer[] = []
  for await (const piece of pieces) collected.push(piece)
  return collected
}

function* bytesOf({ malformed, chunks, body }: Script): Generator<Buffer> {
  if (malformed !== undefined) yield Buffer.from(malformed)
  else if (chunks !== undefined) for (const chunk of chunks) yield Buffer.from(chunk)
  else if (body !== undefined) yield asBytes(body)
}

function asBytes(body: Buffer | string | object): Buffer {
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

function* split(bytes: Buffer, at: readonly number[] | 'every byte'): Generator<Buffer> {
  const borders = at === 'every byte' ? Array.from(bytes.keys()).slice(1) : at
  let start = 0
  for (const border of [...borders, bytes.length]) {
    yield bytes.subarray(start, border)
    start = border
  }
}
