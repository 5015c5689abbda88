/** What is said of a request and its answer, on its span and on its metrics. */

import type { Attributes } from '@opentelemetry/api'
import type { Exchange } from '../../core/index.ts'
import { methodOf, type RouteNames } from './route-names.ts'

export function requestAttributes(exchange: Exchange, routes: RouteNames): Attributes {
  const { status } = exchange
  const route = routes.of(exchange)
  const error = errorType(exchange)
  return {
    'http.request.method': methodOf(exchange),
    'url.scheme': schemeOf(exchange),
    ...(route === undefined ? {} : { 'http.route': route }),
    ...(status === 0 ? {} : { 'http.response.status_code': status }),
    ...(error === undefined ? {} : { 'error.type': error }),
  }
}

/** A call that the gateway makes to itself came over no connection. */
export function isInner({ request: { remoteAddress } }: Exchange): boolean {
  return remoteAddress === ''
}

/** A refusal is an answer; a failure of the gateway or of a provider is an error, and so is a stream that broke. */
function errorType({ status, error }: Exchange): string | undefined {
  if (status >= 500) return String(status)
  return error !== undefined && status < 400 ? (error.code ?? 'stream_incomplete') : undefined
}

/** The gateway speaks plain HTTP; a proxy that is trusted says what the client spoke. */
function schemeOf({ request: { clientAddress, headers } }: Exchange): string {
  const said =
    clientAddress === undefined
      ? undefined
      : String(headers['x-forwarded-proto'] ?? '')
          .split(',', 1)[0]
          ?.trim()
          .toLowerCase()
  return said === 'https' ? said : 'http'
}
