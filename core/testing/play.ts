/** Plays one script on one connection. */

import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { flatHeaders, hasHeader } from '../flat-headers.ts'
import { collect, piecesOf } from './pieces.ts'
import type { ReceivedRequest } from './received-request.ts'
import type { Script } from './script.ts'

/** Answers the request as the script says, no faster than the client reads; gives up when the client leaves. */
export async function play(script: Script, request: ReceivedRequest, response: ServerResponse): Promise<void> {
  // The response has none yet where it waits for the one before it on the same connection.
  const { socket } = response.req
  if (script.refuse) return cut(request, socket, 'reset')
  if (!script.early) await request.whole
  if (script.silent) return
  await script.gates?.beforeHeaders
  if (request.state !== 'open') return
  if (script.malformed === undefined) await playReply(script, request, response, socket)
  else await playBytes(script, request, socket)
}

async function playReply(script: Script, request: ReceivedRequest, response: ServerResponse, socket: Socket): Promise<void> {
  const body = script.chunks === undefined ? await collect(piecesOf(script)) : piecesOf(script)
  response.writeHead(script.status ?? 200, headersOf(script, body))
  response.flushHeaders()
  await send(script.cutAfter === undefined ? body : upTo(script.cutAfter, body), script, request, response)
  await script.gates?.beforeEnd
  if (request.state !== 'open') return
  if (script.cutAfter === undefined) response.end()
  else await cutWhenFlushed(request, socket, script.cut ?? 'reset')
}

async function playBytes(script: Script, request: ReceivedRequest, socket: Socket): Promise<void> {
  await send(piecesOf(script), script, request, socket)
  await script.gates?.beforeEnd
  if (request.state === 'open') await cutWhenFlushed(request, socket, script.cut ?? 'end')
}

type Pieces = Iterable<Buffer> | AsyncIterable<Buffer>

/** The script's headers, flat, and those that it leaves to us. */
function headersOf(script: Script, body: Buffer[] | AsyncIterable<Buffer>): string[] {
  const headers = [...flatHeaders(script.headers ?? [])]
  const has = (name: string) => hasHeader(headers, name)
  const add = (name: string, value: string) => has(name) || headers.push(name, value)

  if (script.chunks !== undefined) add('content-type', 'text/event-stream')
  else if (script.body !== undefined) add('content-type', 'application/json')
  if (script.encoding !== undefined) add('content-encoding', script.encoding)
  if (Array.isArray(body) && !has('transfer-encoding')) add('content-length', String(Buffer.concat(body).length))
  return headers
}

async function* upTo(limit: number, pieces: Pieces): AsyncGenerator<Buffer> {
  let left = limit
  for await (const piece of pieces) {
    if (left === 0) return
    yield piece.subarray(0, left)
    left -= Math.min(left, piece.length)
  }
}

async function send(pieces: Pieces, script: Script, request: ReceivedRequest, out: Writable): Promise<void> {
  const trickles = script.trickle ?? script.splitAt !== undefined
  let index = 0
  for await (const piece of pieces) {
    if (trickles) await turn()
    await script.gates?.beforeChunk?.[index]
    if (request.state !== 'open') return
    await write(out, piece)
    request.repliedBytes += piece.length
    index++
  }
}

/** Resolves when the client's connection has room again; never, if it closes before. */
function write(out: Writable, piece: Buffer): Promise<void> {
  return new Promise(resolve => {
    if (out.write(piece)) resolve()
    else out.once('drain', resolve)
  })
}

async function cutWhenFlushed(request: ReceivedRequest, socket: Socket, how: 'reset' | 'end'): Promise<void> {
  await turn() // http hands over its last write at the end of the turn
  await new Promise(resolve => socket.write('', resolve))
  cut(request, socket, how)
}

function cut(request: ReceivedRequest, socket: Socket, how: 'reset' | 'end'): void {
  request.settle('cut')
  if (how === 'reset') socket.resetAndDestroy()
  else socket.end(() => socket.destroy())
}
