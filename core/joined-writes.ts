/** Pieces that a socket would hand to the system one by one leave as one: head and body, or the parts of a chunk. */

import type { Socket } from 'node:net'

/** Longer ones are handed over as they are: joining them to a text costs more than it saves. */
const shortBytes = 2 * 1024
const roomBytes = 64 * 1024

/** Where pieces are joined. The system has copied them when a write returns, or the room is the socket's until it has. */
let room = Buffer.allocUnsafeSlow(roomBytes)

/** @param done called when the system has taken all of it, or cannot */
export function writeTogether(socket: Socket, before: string, bytes: Buffer, behind = '', done?: (cause?: Error | null) => void): void {
  const length = before.length + bytes.length + behind.length
  if (length <= shortBytes) return void socket.write(before + bytes.toString('latin1') + behind, 'latin1', done)
  if (length <= roomBytes && !('encrypted' in socket)) {
    const at = room.write(before, 0, 'latin1')
    room.set(bytes, at)
    room.write(behind, at + bytes.length, 'latin1')
    socket.write(room.subarray(0, length), done)
    if (socket.writableLength > 0) room = Buffer.allocUnsafeSlow(roomBytes)
    return
  }
  socket.cork()
  socket.write(before, 'latin1')
  socket.write(bytes)
  socket.write(behind, 'latin1', done)
  socket.uncork()
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
