/** The listening side: sockets, base path, request ids, and the door to the pipelines. */

import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { encodingIn } from '../content-encoding.ts'
import { errorEnvelope, gatewayError, type GatewayError } from '../errors.ts'
import { boundaryOf } from '../form/scanner.ts'
import { Exchange } from '../pipeline/exchange.ts'
import type { Elsewhere, IncomingRequest } from '../pipeline/incoming-request.ts'
import { asRefusal } from '../pipeline/as-refusal.ts'
import { ClientGone } from '../pipeline/stoppable.ts'
import type { Plan } from '../pipeline/plan/plan.ts'
import { finish } from '../pipeline/complete.ts'
import { run } from '../pipeline/run.ts'
import { sendError } from '../pipeline/delivery/respond.ts'
import type { Clock } from '../services/clock.ts'
import { joinWrites } from '../joined-writes.ts'
import { timeOrderedId } from '../time-ordered-id.ts'
import type { ClientAddress } from './client-address.ts'
import { checkDeclaredLength, readBytes, type BodyLimits } from './body.ts'
import { DirectMessage } from './message.ts'
import { RequestUpload } from './request-upload.ts'
import { checkTarget } from './request-target.ts'
import { ResponseSink } from './response-sink.ts'

const headersTimeoutMs = 10_000
const keepAliveMs = 75_000

/** What the server asks of the configuration that is running. */
export interface Serving {
  readonly basePath: string
  readonly bodyLimits: BodyLimits
  /** Undefined where no proxy is trusted. */
  readonly clientAddress: ClientAddress | undefined
  /** The plan for what no route serves. */
  readonly unknown: Plan
  /** Finds the pipeline, and hands the request over to it. */
  route(request: IncomingMessage, response: ServerResponse): void
  /** An exchange begins on this configuration; the function ends it. */
  enter(exchange: Exchange): () => void
}

export interface ServerState {
  /** The configuration that new requests begin on. */
  readonly current: Serving
  readonly draining: boolean
  readonly clock: Clock
}

/** A connection, with the answer that is on its way there: Node's own handler of such errors asks for it, too. */
interface Answering extends Socket {
  readonly _httpMessage?: ServerResponse | null
}

/** Makes the server; nothing listens yet. */
export function makeServer(state: ServerState): Server {
  const server = createServer(
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
    (request, response) => {
      accept(state, request, response)
    },
  )
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => accept(state, request, response))
  server.on('connection', joinWrites)
  server.on('clientError', refuseMalformed)
  return server
}

function accept(state: ServerState, request: IncomingMessage, response: ServerResponse): void {
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
    const exchange = exchangeFor(current, request, current.unknown, {})
    response.on('close', () => finish(exchange))
    sendError(exchange, new ResponseSink(response, state.clock, current.unknown.limits.streamStallMs), asRefusal(exchange, cause))
  }
}

/** Takes a routed request through its pipeline. */
export function serve(
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
  plan: Plan,
  params: Readonly<Record<string, string>>,
  elsewhere?: Elsewhere,
): void {
  const flows = isNeverHeld(request, plan, serving.bodyLimits)
  const exchange = exchangeFor(serving, request, plan, params, elsewhere, flows)
  if (request instanceof DirectMessage) request.exchange = exchange
  const leave = onSecondCall(serving.enter(exchange))
  const sink = new ResponseSink(response, plan.clock, plan.limits.streamStallMs)
  response.on('close', () => {
    if (request instanceof DirectMessage) request.exchange = undefined
    if (!response.writableFinished) exchange.stop(new ClientGone())
    finish(exchange)
    leave()
  })
  try {
    checkDeclaredLength(request, flows ? serving.bodyLimits.maxUploadBytes : serving.bodyLimits.maxBytes)
    if (asksForWebSocket(request) && isPlainHttp(serving, plan, elsewhere?.allow))
      throw gatewayError('upgrade_required', 'this route is served over plain HTTP, not over a WebSocket')
  } catch (cause) {
    sendError(exchange, sink, cause as GatewayError)
    return leave()
  }
  void run(exchange, sink).then(() => {
    exchange.form?.discard()
    exchange.passed?.discard()
    leave()
  })
}

/** An exchange is over when its pipeline is, and its reply has left. */
function onSecondCall(leave: () => void): () => void {
  let isSecond = false
  return () => {
    if (isSecond) leave()
    isSecond = true
  }
}

/** Forms flow, whether the kernel reads them or a step does; of those that are passed on, the ones that may be too long to be held, and are not encoded. */
function isNeverHeld({ headers }: IncomingMessage, { body }: Plan, { maxBytes }: BodyLimits): boolean {
  if (body === 'form') return true
  if (body === 'json' || boundaryOf(headers['content-type'] ?? '') === undefined) return false
  if (body === 'none') return true
  const isLong = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > maxBytes
  return isLong && encodingIn(headers['content-encoding']) === 'identity'
}

function asksForWebSocket({ headers: { upgrade } }: IncomingMessage): boolean {
  return upgrade !== undefined && upgrade.toLowerCase() === 'websocket'
}

/** Where nothing is, 404 says more; and bytes that are passed on are the provider's own affair. */
function isPlainHttp({ unknown }: Serving, plan: Plan, allow: string | undefined): boolean {
  return plan === unknown ? allow !== undefined : plan.body !== 'bytes'
}

function exchangeFor(
  serving: Serving,
  request: IncomingMessage,
  plan: Plan,
  params: Readonly<Record<string, string>>,
  elsewhere?: Elsewhere,
  flows = false,
): Exchange {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const peer = request.socket.remoteAddress ?? ''
  let read: Promise<Buffer> | undefined
  const incoming: IncomingRequest = {
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark),
    params,
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    remoteAddress: peer,
    clientAddress: serving.clientAddress?.(peer, request.headers),
    basePath: serving.basePath,
    body: () => (read ??= readBytes(request, serving.bodyLimits, plan.body === 'bytes')),
    upload: () => new RequestUpload(request, serving.bodyLimits),
    flows,
    ...elsewhere,
  }
  return new Exchange(requestId(request.headers['x-request-id'], plan.clock.now()), incoming, plan)
}

/** The caller's own id if it can stand in a header and a log line, else a new one. */
function requestId(given: string | string[] | undefined, now: number): string {
  const id = typeof given === 'string' ? given.trim() : ''
  return id !== '' && id.length <= 128 && /^[\u0021-\u007e]+$/.test(id) ? id : timeOrderedId(now)
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
      ? gatewayError('body_timeout', 'the request was not complete in time')
      : cause.code === 'HPE_HEADER_OVERFLOW'
        ? gatewayError('bad_request_target', 'the request headers are too large', { status: 431 })
        : gatewayError('bad_request_target', 'the request is not well-formed HTTP')
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

function refuseUnread(socket: Socket, error: GatewayError): void {
  const body = errorEnvelope(error)
  const id = randomUUID()
  socket.end(
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nX-Request-ID: ${id}\r\nrequest-id: ${id}\r\nConnection: close\r\n\r\n${body.toString()}`,
  )
}
