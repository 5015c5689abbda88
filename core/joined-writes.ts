/** Several short pieces that a socket would hand to the system one by one leave as one: head and body, or the parts of a chunk. */

import type { Socket } from 'node:net'

/** Longer ones are handed over as they are: copying them costs more than it saves. */
export const shortBytes = 2 * 1024

interface Piece {
  readonly chunk: string | Buffer
  readonly encoding: BufferEncoding
}

type Done = (error?: Error | null) => void

/** Has a plain socket join what is written to it while it is corked. */
export function joinWrites(socket: Socket): void {
  const writeEach = socket._writev?.bind(socket)
  if (writeEach === undefined) return
  socket._writev = (pieces: Piece[], done: Done) => {
    const text = joined(pieces)
    if (text === undefined) writeEach(pieces, done)
    else socket._write(text, 'latin1', done)
  }
}

/** The pieces as one text of a character for each byte; undefined if they are long, or if one is spelled otherwise. */
function joined(pieces: readonly Piece[]): string | undefined {
  let text = ''
  for (const { chunk, encoding } of pieces) {
    if (chunk.length > shortBytes) return undefined
    if (typeof chunk !== 'string') text += chunk.toString('latin1')
    else if (encoding === 'latin1') text += chunk
    else return undefined
  }
  return text.length > shortBytes ? undefined : text
}
