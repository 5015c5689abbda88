/** The connections to one server, each with one call at a time. */

import type { Socket } from 'node:net'
import { LinkedList, type Entry } from '../../../linked-list.ts'
import type { Call, ReplyListener } from '../transport.ts'
import type { Connector } from './connector.ts'
import { Connection, ConnectionLost, type ConnectionOwner, type WireCall } from './connection.ts'

export interface PoolOptions {
  /** Opens a connection. */
  readonly connect: Connector
  /** How many there may be. */
  readonly connections: number
  /** How long each is kept while nothing runs, where its server does not say it. */
  readonly keepAliveMs: number
}

export class ConnectionPool implements ConnectionOwner {
  readonly keepAliveMs: number
  readonly #connect: Connector
  readonly #most: number
  readonly #connections = new Set<Connection>()
  /** The last that became free is the first to be used again. */
  readonly #idle: Connection[] = []
  readonly #waiting = new LinkedList<PooledCall>()
  #opening = 0
  #isClosed = false

  constructor({ connect, connections, keepAliveMs }: PoolOptions) {
    this.#connect = connect
    this.#most = connections
    this.keepAliveMs = keepAliveMs
  }

  /** How many calls wait because all connections are in use. */
  get queued(): number {
    return Math.max(0, this.#waiting.size - this.#opening)
  }

  /** @param head of the request, as it leaves */
  send(head: string, body: Buffer | undefined, listener: ReplyListener): Call {
    const call = new PooledCall(this, head, body, listener)
    this.assign(call)
    return call
  }

  /** Calls under way break. */
  close(): void {
    this.#isClosed = true
    for (const connection of this.#connections) connection.destroy(poolClosed())
    for (const call of this.#waiting.values()) this.#fail(call, poolClosed())
  }

  /** Has the call made by the next connection that is free. */
  assign(call: PooledCall): void {
    if (this.#isClosed) return queueMicrotask(() => call.broken(poolClosed()))
    const connection = this.#idle.pop()
    if (connection !== undefined) return connection.make(call)
    call.place = this.#waiting.add(call)
    this.#open()
  }

  withdraw(call: PooledCall): void {
    if (call.place !== undefined) this.#waiting.remove(call.place)
    call.place = undefined
  }

  freed(connection: Connection): void {
    const next = this.#waiting.first?.value
    if (next === undefined) return void this.#idle.push(connection)
    this.withdraw(next)
    connection.make(next)
  }

  closed(connection: Connection): void {
    this.#connections.delete(connection)
    const at = this.#idle.indexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
    this.#open()
  }

  /** Opens a connection for each call that waits, as far as there may be more. */
  #open(): void {
    while (!this.#isClosed && this.#opening < this.#waiting.size && this.#connections.size + this.#opening < this.#most) {
      this.#opening += 1
      this.#connect((...[cause, socket]) => {
        this.#opening -= 1
        if (cause === null) this.#opened(socket)
        else this.#unreachable(cause)
      })
    }
  }

  #opened(socket: Socket): void {
    const connection = new Connection(socket, this)
    this.#connections.add(connection)
    if (this.#isClosed) connection.destroy()
    else if (this.#waiting.size > 0) this.freed(connection)
    else connection.free()
  }

  /** Each try is for one call. */
  #unreachable(cause: Error): void {
    const first = this.#waiting.first?.value
    if (first !== undefined) this.#fail(first, cause)
    this.#open()
  }

  #fail(call: PooledCall, cause: Error): void {
    this.withdraw(call)
    call.broken(cause)
  }
}

class PooledCall implements Call, WireCall {
  readonly head: string
  readonly body: Buffer | undefined
  readonly listener: ReplyListener
  connection: Connection | undefined
  /** Among those that wait. */
  place: Entry<PooledCall> | undefined
  readonly #pool: ConnectionPool
  #isSecondTry = false
  #isAborted = false

  constructor(pool: ConnectionPool, head: string, body: Buffer | undefined, listener: ReplyListener) {
    this.#pool = pool
    this.head = head
    this.body = body
    this.listener = listener
  }

  /** Once: where each connection breaks at once, nobody tries for ever. */
  again(cause: Error): void {
    if (this.#isSecondTry) return this.broken(cause)
    this.#isSecondTry = true
    this.#pool.assign(this)
  }

  broken(cause: Error): void {
    if (!this.#isAborted) this.listener.onError(cause)
  }

  pause(): void {
    this.connection?.pause()
  }

  resume(): void {
    this.connection?.resume()
  }

  abort(): void {
    this.#isAborted = true
    this.#pool.withdraw(this)
    this.connection?.leave()
  }
}

function poolClosed(): Error {
  return new ConnectionLost('the connection is closed, as its configuration is no longer used')
}
