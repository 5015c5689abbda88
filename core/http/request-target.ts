/** Looks at a request's raw target before any library normalises it. */

import type { IncomingMessage } from 'node:http'
import { gatewayError } from '../errors.ts'

/** `.` and `..` as segments, raw or percent-encoded once or twice; also before a `;`. */
const traversal = /(^|[/\\]|%(25)?2f|%(25)?5c)(\.|%(25)?2e){1,2}($|[/\\;]|%(25)?(2f|5c))/i
const broken = /%(?![0-9a-f]{2})/i
// eslint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u0020\u007f\\]|%(25)?([01][0-9a-f]|7f|5c)/i

/** @throws GatewayError `bad_request_target` */
export function checkTarget(request: IncomingMessage): void {
  const url = request.url ?? ''
  if (request.method === 'TRACE') throw bad('TRACE is not served')
  if (url.charCodeAt(0) !== 0x2f) throw bad('the request target must be a path')
  if (url.charCodeAt(1) === 0x2f) throw bad('the request target must not begin with //')
  checkHost(request)
  if (isPlain(url)) return
  const path = url.split('?', 1)[0] as string
  if (broken.test(path)) throw bad('the path has broken percent-encoding')
  if (forbidden.test(path)) throw bad('the path has a character that is not allowed')
  if (traversal.test(path)) throw bad('the path has . or .. segments')
}

/** Most paths have nothing that would need a closer look. */
function isPlain(url: string): boolean {
  return /^[a-z0-9/_-]*$/i.test(url)
}

/** HTTP/1.1 wants exactly one. */
function checkHost({ rawHeaders, httpVersion }: IncomingMessage): void {
  const count = hostCount(rawHeaders)
  if (count > 1) throw bad('there are two Host headers')
  if (count === 0 && httpVersion !== '1.0') throw bad('there is no Host header')
}

function hostCount(rawHeaders: readonly string[]): number {
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count
}

function bad(message: string): Error {
  return gatewayError('bad_request_target', message)
}
