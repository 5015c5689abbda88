/**
 * An upstream that flushes every event by itself: the 37 events of a stream, one write each, one per turn of the loop.
 * It speaks just enough HTTP, over bare sockets, so that it is not what the bench measures. `node flushing-upstream.ts [port]`
 */

import { createServer, type Socket } from 'node:net'
import { modelList } from '../../core/testing/chat-samples.ts'
import { portOf } from '../../core/testing/port.ts'
import { model, surfaces } from './samples.ts'

const [port = '0'] = process.argv.slice(2)
const headEnd = Buffer.from('\r\n\r\n')
const models = JSON.stringify(modelList([model]))
const modelsReply = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${models.length}\r\n\r\n${models}`
const { events } = surfaces.chat
const streamWrites = events.map((event, i) => {
  const head = i === 0 ? 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n' : ''
  const end = i === events.length - 1 ? '0\r\n\r\n' : ''
  return Buffer.from(`${head}${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n${end}`)
})

const server = createServer({ noDelay: true }, socket => {
  let arrived = Buffer.alloc(0)
  socket.on('error', () => socket.destroy())
  socket.on('data', data => {
    arrived = arrived.length === 0 ? data : Buffer.concat([arrived, data])
    const headLength = arrived.indexOf(headEnd) + headEnd.length
    if (headLength < headEnd.length) return
    const head = arrived.toString('latin1', 0, headLength)
    const bodyLength = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
    if (arrived.length < headLength + bodyLength) return
    arrived = arrived.subarray(headLength + bodyLength)
    if (head.startsWith('GET ')) socket.write(modelsReply)
    else writeEvent(socket, 0)
  })
})

server.listen(Number(port), '127.0.0.1', () => console.log(`listening on ${portOf(server)}`))

function writeEvent(socket: Socket, index: number): void {
  const bytes = streamWrites[index]
  if (bytes === undefined || socket.destroyed) return
  socket.write(bytes)
  setImmediate(writeEvent, socket, index + 1)
}
