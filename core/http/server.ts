/** The listening side: connections, the base path, and the way to the pipelines. */

import { Server, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { gatewayError, type GatewayError } from '../errors.ts'
import { joinWrites } from '../joined-writes.ts'
import type { Plan } from '../pipeline/plan/plan.ts'
import type { Clock } from '../services/clock.ts'
import { DirectMessage } from './message.ts'
import { NodeArrival } from './node-arrival.ts'
import { PlainConnection, tickMs, type PlainDoor, type PlainService } from './plain/plain-connection.ts'
import type { PlainHead } from './plain/plain-head.ts'
import { checkTarget } from './request-target.ts'
import { isNeverHeld, refuse, serve, type Serving } from './serve.ts'
import { lateRequest, malformedRequest, refuseUnread } from './unread.ts'

const headersTimeoutMs = 10_000
const keepAliveMs = 75_000
const noParams: Readonly<Record<string, string>> = {}

/** A configuration that is running, and the way to its pipelines. */
export interface RoutedServing extends Serving {
  /** Finds the pipeline, and hands the request over to it. */
  route(request: IncomingMessage, response: ServerResponse): void
  /** The plan of a route without parameters; undefined if there is none, or only one under another method. */
  planAt(method: string, url: string): Plan | undefined
}

export interface ServerState {
  /** The configuration that new requests begin on. */
  readonly current: RoutedServing
  readonly draining: boolean
  readonly clock: Clock
}

/** A connection, with the answer that is on its way there: Node's own handler of such errors asks for it, too. */
interface Answering extends Socket {
  readonly _httpMessage?: ServerResponse | null
}

/** Makes the server; nothing listens yet. */
export function makeServer(state: ServerState): Server {
  return new GatewayServer(state)
}

/** Node's, which gets the connections on which something comes that is not plain. */
class GatewayServer extends Server implements PlainDoor {
  readonly firstRequestMs = headersTimeoutMs
  readonly keepAliveMs = keepAliveMs
  readonly #state: ServerState
  readonly #plain = new Set<PlainConnection>()
  readonly #toNode: (socket: Socket) => void

  constructor(state: ServerState) {
    super(
      {
        IncomingMessage: DirectMessage,
        headersTimeout: headersTimeoutMs,
        requestTimeout: 0,
        connectionsCheckingInterval: 2_000,
        keepAliveTimeout: keepAliveMs,
        noDelay: true,
        insecureHTTPParser: false,
        requireHostHeader: false,
      },
      (request, response) => accept(state, request as DirectMessage, response),
    )
    this.#state = state
    this.on('checkExpectation', (request: DirectMessage, response: ServerResponse) => accept(state, request, response))
    this.on('clientError', refuseMalformed)
    const ofNode = this.listeners('connection')
    this.#toNode = socket => {
      for (const listener of ofNode) listener.call(this, socket)
    }
    this.removeAllListeners('connection').on('connection', socket => this.#welcome(socket))
    this.once('listening', () => this.#watch())
  }

  get clock(): Clock {
    return this.#state.clock
  }

  get draining(): boolean {
    return this.#state.draining
  }

  service(head: PlainHead): PlainService | undefined {
    const { current } = this.#state
    const url = belowBase(head.url, current.basePath)
    const plan = url === undefined ? undefined : current.planAt(head.method, url)
    if (url === undefined || plan === undefined || isNeverHeld(head, plan, current.bodyLimits)) return undefined
    return { url, serve: arrival => serve(current, arrival, { plan, params: noParams }) }
  }

  handOver(connection: PlainConnection): void {
    this.#plain.delete(connection)
    joinWrites(connection.socket)
    this.#toNode(connection.socket)
  }

  override closeIdleConnections(): void {
    super.closeIdleConnections()
    for (const connection of this.#plain) connection.closeIfIdle()
  }

  #watch(): void {
    const watching = setInterval(() => {
      for (const connection of this.#plain) connection.tick()
    }, tickMs).unref()
    this.once('close', () => clearInterval(watching))
  }

  #welcome(socket: Socket): void {
    const connection = new PlainConnection(socket, this)
    this.#plain.add(connection)
    socket.once('close', () => this.#plain.delete(connection))
  }
}

function accept(state: ServerState, request: DirectMessage, response: ServerResponse): void {
  // Behind an answer that ended the connection nothing more is heard.
  if (!request.socket.writable) return
  const { current } = state
  if (state.draining) response.setHeader('Connection', 'close')
  try {
    const below = belowBase(request.url as string, current.basePath)
    if (below !== undefined) request.url = below
    checkTarget(request)
    if (below === undefined) throw gatewayError('unknown_url', `nothing is served at ${request.url?.split('?', 1)[0]}`)
    current.route(request, response)
  } catch (cause) {
    refuse(current, new NodeArrival(request, response), cause)
  }
}

/** The target below the base path, by whole segments; undefined outside it. */
function belowBase(url: string, basePath: string): string | undefined {
  if (basePath === '') return url
  if (!url.startsWith(basePath)) return undefined
  const rest = url.slice(basePath.length)
  if (rest === '' || rest.startsWith('?')) return `/${rest}`
  return rest.startsWith('/') ? rest : undefined
}

/** What cannot be parsed as HTTP still gets an answer in the envelope that clients know; not amid another answer, where it would be taken for a part of that. */
function refuseMalformed(cause: Error & { readonly code?: string }, socket: Answering): void {
  const answer = socket._httpMessage ?? undefined
  if (!socket.writable || cause.code === 'ECONNRESET' || answer?.headersSent === true) return void socket.destroy()
  const error =
    cause.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? lateRequest()
      : cause.code === 'HPE_HEADER_OVERFLOW'
        ? gatewayError('bad_request_target', 'the request headers are too large', { status: 431 })
        : malformedRequest()
  // Who ends the connection amid a request has left.
  if (answer === undefined || cause.code === 'HPE_INVALID_EOF_STATE' || !refuseBegun(answer, error)) refuseUnread(socket, error)
}

/** A call that has begun is answered, and recorded, as any other that is refused; nothing more is heard on its connection. @returns false if there is none */
function refuseBegun(answer: ServerResponse, error: GatewayError): boolean {
  const { req: request } = answer
  if (!(request instanceof DirectMessage) || request.exchange === undefined) return false
  answer.shouldKeepAlive = false
  request.exchange.stop(error)
  return true
}
