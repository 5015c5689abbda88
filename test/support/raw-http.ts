/** Bytes on a socket, for requests that no client would send. */

import { connect, type Socket } from 'node:net'
import type { Answer } from './answer.ts'

/** Connects to the host and port of a URL. */
export async function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/[[\]]/g, ''))
  socket.on('error', () => {})
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject)
  })
  return socket
}

/** Everything that comes until the other side closes. */
export async function readToEnd(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).resume()
  await new Promise<void>(resolve => {
    socket.once('close', () => resolve()).once('end', () => socket.end())
  })
  return Buffer.concat(chunks)
}

/** Sends the bytes, which must make the other side close, and reads one answer. */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<Answer> {
  const socket = await openSocket(url)
  socket.write(bytes)
  return parseAnswer(await readToEnd(socket))
}

/** Reads one HTTP/1.1 answer whose body is given by its length, or by the end. */
export function parseAnswer(bytes: Buffer): Answer {
  const at = bytes.indexOf('\r\n\r\n')
  if (at < 0) throw new Error(`no HTTP answer: ${bytes.toString('latin1')}`)
  const [status = '', ...lines] = bytes.subarray(0, at).toString('latin1').split('\r\n')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  return { status: Number(status.split(' ')[1]), headers, body: bytes.subarray(at + 4) }
}
