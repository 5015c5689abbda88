/** Stands before a server that speaks MongoDB's protocol, and lets one request through at a time: FerretDB reads and writes in two steps, where MongoDB does in one. */

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export class OneAtATime {
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server, port: number) {
    this.#server = server
    this.port = port
  }

  /** @param port of the server behind, on this machine */
  static async before(port: number): Promise<OneAtATime> {
    const server = createServer().listen(0, '127.0.0.1').unref()
    await once(server, 'listening')
    const gate = new OneAtATime(server, (server.address() as AddressInfo).port)
    let turn: Promise<Buffer | undefined> = Promise.resolve(undefined)
    server.on('connection', caller => {
      const behind = connect(port, '127.0.0.1')
      gate.#join(caller, behind)
      const ask = new Exchange(behind)
      eachMessage(caller, message => {
        const asked = isGreeting(message) ? ask.send(message) : (turn = turn.then(async () => await ask.send(message)))
        void asked.then(answer => answer !== undefined && caller.write(answer))
      })
    })
    return gate
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #join(caller: Socket, behind: Socket): void {
    for (const [one, other] of [
      [caller, behind],
      [behind, caller],
    ] as const) {
      this.#sockets.add(one.unref())
      one
        .on('error', () => {})
        .on('close', () => {
          this.#sockets.delete(one)
          other.destroy()
        })
    }
  }
}

/** One connection to the server behind. */
class Exchange {
  readonly #socket: Socket
  #answered: (answer: Buffer | undefined) => void = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    eachMessage(socket, message => this.#answered(message))
    socket.on('close', () => this.#answered(undefined))
  }

  /** @returns nothing if the connection broke */
  async send(message: Buffer): Promise<Buffer | undefined> {
    if (this.#socket.destroyed) return undefined
    const answer = new Promise<Buffer | undefined>(resolve => {
      this.#answered = resolve
    })
    this.#socket.write(message)
    return await answer
  }
}

/** With it drivers find out whether a server lives. It waits for nobody. */
function isGreeting(message: Buffer): boolean {
  return /hello|ismaster/i.test(message.subarray(0, 128).toString('latin1'))
}

/** Messages begin with their length, in four bytes. */
function eachMessage(socket: Socket, take: (message: Buffer) => void): void {
  let held = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    for (let length = lengthOf(held); held.length >= length; length = lengthOf(held)) {
      take(held.subarray(0, length))
      held = held.subarray(length)
    }
  })
}

function lengthOf(held: Buffer): number {
  return held.length < 4 ? Infinity : held.readInt32LE()
}
