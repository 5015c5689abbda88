/** Pieces that a socket would hand to the system one by one leave as one: head and body, or the parts of a chunk. */

import type { Socket } from 'node:net'

/** Longer ones are handed over as they are: joining them to a text costs more than it saves. */
const shortBytes = 2 * 1024
const roomBytes = 64 * 1024

/** Where pieces are joined. The system has copied them when a write returns, or the room is the socket's until it has. */
let room = Buffer.allocUnsafeSlow(roomBytes)

/** @param done called when the system has taken all of it, or cannot */
export function writeTogether(socket: Socket, before: string, pieces: readonly Buffer[], behind = '', done?: (cause?: Error | null) => void): void {
  let length = before.length + behind.length
  for (const piece of pieces) length += piece.length
  if (length <= shortBytes) socket.write(asText(before, pieces, behind), 'latin1', done)
  else if (length <= roomBytes && !('encrypted' in socket)) {
    let at = room.write(before, 0, 'latin1')
    for (const piece of pieces) {
      room.set(piece, at)
      at += piece.length
    }
    room.write(behind, at, 'latin1')
    socket.write(room.subarray(0, length), done)
    if (socket.writableLength > 0) room = Buffer.allocUnsafeSlow(roomBytes)
  } else {
    socket.cork()
    socket.write(before, 'latin1')
    for (const piece of pieces) socket.write(piece)
    socket.write(behind, 'latin1', done)
    socket.uncork()
  }
}

function asText(before: string, pieces: readonly Buffer[], behind: string): string {
  let text = before
  for (const piece of pieces) text += piece.toString('latin1')
  return text + behind
}

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
