/** A connection that serves one call after the other. */

import type { Socket } from 'node:net'
import { atEndOfTurn } from '../../../end-of-turn.ts'
import { writeTogether } from '../../../joined-writes.ts'
import type { ReplyHeaders, ReplyListener } from '../transport.ts'
import { ReplyReader, type ReplyTaker } from './reply-reader.ts'

/** A call as its connection sees it. */
export interface WireCall {
  readonly head: string
  readonly body: Buffer | undefined
  readonly listener: ReplyListener
  /** Whoever makes it; undefined before, and once it is over. */
  connection: Connection | undefined
  /** The connection broke before the call left: another makes it, if one can. */
  again(cause: Error): void
  /** The connection broke amid the call. */
  broken(cause: Error): void
}

/** Whoever has the connection. */
export interface ConnectionOwner {
  /** How long it is kept while nothing runs. */
  readonly keepAliveMs: number
  /** It is free for another call. */
  freed(connection: Connection): void
  /** It is no more. */
  closed(connection: Connection): void
}

/** The server ended the connection amid a call. */
export class ConnectionLost extends Error {
  readonly code = 'ECONNRESET'
}

/** The server closes it a little sooner than it says, as seen from here. */
const hintMarginMs = 2_000
const longestHintMs = 600_000
/** Node takes longer ones for none. */
const longestTimerMs = 2 ** 31 - 1

export class Connection implements ReplyTaker {
  readonly #socket: Socket
  readonly #owner: ConnectionOwner
  readonly #reader = new ReplyReader()
  #call: WireCall | undefined
  #hasLeft = false
  #cause: Error | undefined
  #idleMs = 0
  #idleTimer: NodeJS.Timeout | undefined

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.#socket = socket
    this.#owner = owner
    socket.on('data', bytes => this.#take(bytes))
    socket.on('end', () => this.#ended())
    socket.on('error', cause => {
      this.#cause ??= cause
    })
    socket.on('close', () => this.#closed())
  }

  /**
   * Makes a call, at the end of the turn: until then, a connection shows that its server has closed it, or sent what nobody asked for.
   * The call is another connection's then.
   */
  make(call: WireCall): void {
    call.connection = this
    this.#call = call
    this.#hasLeft = false
    this.#socket.ref()
    atEndOfTurn(this)
  }

  /** Called at the end of the turn. */
  flush(): void {
    const call = this.#call
    if (call === undefined || this.#hasLeft || this.#socket.destroyed) return
    this.#hasLeft = true
    this.#reader.begin(this)
    const { head, body } = call
    writeTogether(this.#socket, head, body === undefined ? [] : [body])
  }

  pause(): void {
    if (!this.#hasLeft) return
    this.#reader.pause()
    this.#socket.pause()
  }

  resume(): void {
    if (!this.#hasLeft) return
    this.#socket.resume()
    this.#read(() => this.#reader.resume())
  }

  /** Its call is given up. An answer may still come, so that nothing more can be asked. */
  leave(): void {
    this.#reader.leave()
    this.#forget()
    if (this.#hasLeft) this.#socket.destroy()
    else if (!this.#socket.destroyed) this.free()
  }

  destroy(cause?: Error): void {
    this.#cause ??= cause
    this.#socket.destroy()
  }

  /** It is there for another call, for as long as its server keeps it. */
  free(): void {
    const { keepAliveSeconds } = this.#reader
    const ms =
      keepAliveSeconds === undefined ? Math.min(this.#owner.keepAliveMs, longestTimerMs) : Math.min(keepAliveSeconds * 1000 - hintMarginMs, longestHintMs)
    if (ms <= 0) return this.destroy()
    this.#socket.unref()
    this.#watch(ms)
    this.#owner.freed(this)
  }

  onHead(status: number, headers: ReplyHeaders): void {
    this.#call?.listener.onHead(status, headers)
  }

  onData(chunk: Buffer): void {
    this.#call?.listener.onData(chunk)
  }

  onEnd(): void {
    const call = this.#forget()
    if (!this.#reader.keepsAlive) this.destroy()
    else if (this.#socket.writableLength === 0) this.free()
    else setImmediate(() => this.#freeIfWritten())
    call?.listener.onEnd()
  }

  /** That a long body has left may be heard of behind the answer to it. A server that answers before it has read all may never read the rest. */
  #freeIfWritten(): void {
    if (this.#socket.destroyed) return
    if (this.#socket.writableLength === 0) this.free()
    else this.destroy()
  }

  #forget(): WireCall | undefined {
    const call = this.#call
    this.#call = undefined
    if (call !== undefined) call.connection = undefined
    return call
  }

  #take(bytes: Buffer): void {
    if (this.#call === undefined || !this.#hasLeft) this.destroy()
    else this.#read(() => this.#reader.read(bytes))
  }

  #ended(): void {
    if (this.#call !== undefined && this.#hasLeft) this.#read(() => this.#reader.finish())
    this.destroy()
  }

  #read(read: () => void): void {
    try {
      read()
    } catch (cause) {
      this.destroy(cause as Error)
    }
  }

  #closed(): void {
    clearTimeout(this.#idleTimer)
    // What came before it broke is told.
    if (this.#hasLeft) this.#read(() => this.#reader.drain())
    const call = this.#forget()
    this.#owner.closed(this)
    const cause = this.#cause ?? new ConnectionLost('the server ended the connection')
    if (this.#hasLeft) call?.broken(cause)
    else call?.again(cause)
  }

  /** One timer for all the times that it is idle. */
  #watch(ms: number): void {
    if (this.#idleMs === ms) return void this.#idleTimer?.refresh()
    clearTimeout(this.#idleTimer)
    this.#idleMs = ms
    this.#idleTimer = setTimeout(() => {
      if (this.#call === undefined) this.destroy()
    }, ms).unref()
  }
}
