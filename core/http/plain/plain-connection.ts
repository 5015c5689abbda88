/** A connection whose requests are plain so far. The first that is not, it hands over to Node's server, with all that comes behind it. */

import { METHODS } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../../services/clock.ts'
import { linger, lingerMs } from '../early-answer.ts'
import { lateRequest, malformedRequest, refuseUnread } from '../unread.ts'
import { PlainArrival, type PlainOrigin } from './plain-arrival.ts'
import { plainHead, type PlainHead } from './plain-head.ts'

/** With what may stand around it. */
const longestMethod = 32
/** How often the server has each of its connections looked at. */
export const tickMs = 1_000
/** Beyond what clients are told: their next request may be on its way. */
const marginMs = 1_000

/** Where its requests go. */
export interface PlainDoor {
  readonly clock: Clock
  /** Whether connections end with their answers. */
  readonly draining: boolean
  /** For the first request to begin. */
  readonly firstRequestMs: number
  /** For a next one. */
  readonly keepAliveMs: number
  /** @returns what serves the request; undefined if it is not plain */
  service(head: PlainHead): PlainService | undefined
  /** Has Node's server go on. */
  handOver(connection: PlainConnection): void
}

/** What serves a request. */
export interface PlainService {
  /** The request's target below the base path. */
  readonly url: string
  serve(arrival: PlainArrival): void
}

export class PlainConnection implements PlainOrigin {
  readonly socket: Socket
  readonly remoteAddress: string
  readonly keepAliveMs: number
  readonly #door: PlainDoor
  #arrival: PlainArrival | undefined
  /** What came behind the request that is under way. */
  #behind: Buffer | undefined
  #hasBegun = false
  /** How often it was found idle, one time after the other: a timer of its own would cost each request more. */
  #idleTicks = 0
  /** It ends with the answer that is under way, or has left. */
  #isEnding = false

  constructor(socket: Socket, door: PlainDoor) {
    this.socket = socket
    this.remoteAddress = socket.remoteAddress ?? ''
    this.keepAliveMs = door.keepAliveMs
    this.#door = door
    socket.on('data', this.#onData).on('end', this.#onEnd).on('error', ignore).on('timeout', this.#onTimeout).on('close', this.#onClose)
  }

  /** Ends it unless something is under way. */
  closeIfIdle(): void {
    if (this.#arrival === undefined && !this.#isEnding) this.socket.destroy()
  }

  /** Called once a second. */
  tick(): void {
    if (this.#arrival !== undefined) return
    this.#idleTicks += 1
    const idleMs = this.#idleTicks * tickMs
    if (this.#isEnding ? idleMs > lingerMs : this.#hasBegun && idleMs > this.keepAliveMs + marginMs) this.socket.destroy()
    else if (!this.#hasBegun && idleMs > this.#door.firstRequestMs) {
      this.#isEnding = true
      refuseUnread(this.socket, lateRequest())
    }
  }

  wanted(): void {
    this.socket.resume()
  }

  /** A body that is not there to its end may never come, and nobody reads it. While the gateway ends, what has come already is served. */
  endsWithAnswer(): boolean {
    this.#isEnding ||= this.#arrival?.isComplete !== true || (this.#door.draining && this.#behind === undefined)
    return this.#isEnding
  }

  readonly answered = (cause?: Error | null): void => {
    const arrival = this.#arrival
    if (arrival === undefined || (cause !== null && cause !== undefined)) return
    this.#arrival = undefined
    if (this.#isEnding) {
      if (arrival.isComplete) this.socket.destroySoon()
      else linger(this.socket, this.#door.clock)
    } else if (arrival.answer.isStalling) this.socket.setTimeout(0)
    arrival.over(true)
    const bytes = this.#behind
    if (this.#isEnding) return void this.socket.resume()
    if (bytes === undefined) return
    this.#behind = undefined
    this.socket.resume()
    this.#begin(bytes)
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#isEnding && this.#arrival === undefined) return
    if (this.#arrival === undefined) this.#begin(bytes)
    else this.#goOn(this.#arrival, this.#arrival.take(bytes))
  }

  #begin(bytes: Buffer): void {
    const head = this.#door.draining ? undefined : plainHead(bytes)
    const service = head === undefined ? undefined : this.#door.service(head)
    if (head === undefined || service === undefined || !mayGoOn(head, bytes)) return this.#handOver(bytes)
    this.#hasBegun = true
    this.#idleTicks = 0
    const arrival = new PlainArrival(this, head, service.url)
    this.#arrival = arrival
    this.#isEnding = head.isLast
    const rest = arrival.take(bytes.subarray(head.headBytes))
    service.serve(arrival)
    this.#goOn(arrival, rest)
  }

  /** No more is read than has to be kept. @param rest what came behind the request that is under way */
  #goOn(arrival: PlainArrival, rest: Buffer): void {
    if (rest.length > 0 && this.#isEnding) return
    if (rest.length > 0) this.#behind = this.#behind === undefined ? rest : Buffer.concat([this.#behind, rest])
    if (rest.length > 0 || arrival.isWaiting) this.socket.pause()
    if (this.#behind !== undefined && !mayBeRequest(this.#behind)) this.#refuse(arrival)
  }

  /** The client speaks no HTTP: what it asked before is answered with that, and nothing more is heard. */
  #refuse(arrival: PlainArrival): void {
    this.#isEnding = true
    this.#behind = undefined
    if (arrival.answer.headersSent) this.socket.destroy()
    else arrival.exchange?.stop(malformedRequest())
  }

  #handOver(bytes: Buffer): void {
    const { socket } = this
    socket.off('data', this.#onData).off('end', this.#onEnd).off('error', ignore).off('timeout', this.#onTimeout).off('close', this.#onClose)
    this.#door.handOver(this)
    socket.emit('data', bytes)
  }

  /** Who has nothing more to ask has left: Node's server ends such connections, too. */
  readonly #onEnd = (): void => {
    this.socket.end()
    if (this.socket.writableLength > 0) this.socket.setTimeout(lingerMs)
  }

  /** A caller takes nothing of an answer. */
  readonly #onTimeout = (): void => {
    this.socket.destroy()
  }

  readonly #onClose = (): void => {
    const arrival = this.#arrival
    this.#arrival = undefined
    arrival?.over(false)
  }
}

function ignore(): void {}

/** Whether what came together with a request may be another one. */
function mayGoOn({ isLast, headBytes, bodyBytes }: PlainHead, bytes: Buffer): boolean {
  const end = headBytes + bodyBytes
  return isLast || end >= bytes.length || mayBeRequest(bytes.subarray(end))
}

/** Whether it begins with a method, or with a part of one. */
function mayBeRequest(bytes: Buffer): boolean {
  const text = bytes.toString('latin1', 0, longestMethod).trimStart()
  return METHODS.some(method => text.startsWith(`${method} `) || `${method} `.startsWith(text))
}
