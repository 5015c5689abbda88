/** Answers to what cannot be read as a request: in the envelope that clients know, and the last on their connections. */

import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { errorEnvelope, gatewayError, type GatewayError } from '../errors.ts'

export function malformedRequest(): GatewayError {
  return gatewayError('bad_request_target', 'the request is not well-formed HTTP')
}

export function lateRequest(): GatewayError {
  return gatewayError('body_timeout', 'the request was not complete in time')
}

export function refuseUnread(socket: Socket, error: GatewayError): void {
  const body = errorEnvelope(error)
  const id = randomUUID()
  socket.end(
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nX-Request-ID: ${id}\r\nrequest-id: ${id}\r\nConnection: close\r\n\r\n${body.toString()}`,
  )
}
