/** The answer to a plain request, on its way into the socket: head and body leave together. */

import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { hasHeader } from '../../flat-headers.ts'
import { writeTogether } from '../../joined-writes.ts'
import type { Outlet } from '../response-sink.ts'
import { httpDate } from './http-date.ts'

/** The connection that it leaves on. */
export interface AnswerWay {
  readonly socket: Socket
  /** How long the connection is kept for a next request. */
  readonly keepAliveMs: number
  /** Asked when the answer begins: whether the connection ends with it. */
  endsWithAnswer(): boolean
  /** Called when the system has taken the answer to its end, or cannot. */
  readonly answered: (cause?: Error | null) => void
}

const nothing: readonly Buffer[] = []

export class PlainAnswer implements Outlet {
  headersSent = false
  /** Whether a caller who takes nothing for a while is given up. */
  isStalling = false
  readonly #way: AnswerWay
  #head = ''
  #hasBody = true
  #isChunked = false

  constructor(way: AnswerWay) {
    this.#way = way
  }

  get destroyed(): boolean {
    const { socket } = this.#way
    return socket.destroyed || socket.writableEnded
  }

  get writableLength(): number {
    return this.#way.socket.writableLength
  }

  writeHead(status: number, headers: readonly string[]): void {
    this.headersSent = true
    let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`
    for (let i = 0; i + 1 < headers.length; i += 2) text += `${headers[i] as string}: ${headers[i + 1] as string}\r\n`
    this.#hasBody = status !== 204 && status !== 304
    this.#isChunked = this.#hasBody && !hasHeader(headers, 'content-length')
    const { keepAliveMs } = this.#way
    const connection = this.#way.endsWithAnswer() ? 'close' : `keep-alive\r\nKeep-Alive: timeout=${keepAliveMs / 1000}`
    this.#head = `${text}Date: ${httpDate()}\r\nConnection: ${connection}\r\n${this.#isChunked ? 'Transfer-Encoding: chunked\r\n' : ''}\r\n`
  }

  write(pieces: readonly Buffer[]): void {
    this.#send(pieces, false)
  }

  end(pieces: readonly Buffer[]): void {
    this.#send(pieces, true)
  }

  whenDrained(callback: () => void): void {
    this.#way.socket.once('drain', callback)
  }

  setTimeout(ms: number): void {
    this.isStalling = true
    this.#way.socket.setTimeout(ms)
  }

  destroy(): void {
    this.#way.socket.destroy()
  }

  #send(given: readonly Buffer[], isLast: boolean): void {
    const pieces = this.#hasBody ? given : nothing
    let before = this.#head
    let behind = ''
    this.#head = ''
    if (this.#isChunked) {
      const length = pieces.reduce((bytes, piece) => bytes + piece.length, 0)
      if (length > 0) {
        before += `${length.toString(16)}\r\n`
        behind = '\r\n'
      }
      if (isLast) behind += '0\r\n\r\n'
    }
    writeTogether(this.#way.socket, before, pieces, behind, isLast ? this.#way.answered : undefined)
  }
}
