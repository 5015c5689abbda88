/** Audio and images of logged requests. */

import { gatewayError, type AdminCall, type AdminEndpoint, type Reply } from '../../../core/index.ts'
import { isWithin } from '../../../core/user-path.ts'
import type { ApiDeps } from './deps.ts'

/** What a browser may show by itself: nothing that could hold a script. */
const passive = /^(image\/(?!svg)|audio\/)[\w.+-]+$/

export function mediaEndpoint({ media }: ApiDeps): AdminEndpoint {
  return {
    method: 'GET',
    path: '/media/:id',
    scope: 'subtree',
    summary: 'Audio or an image of a logged request.',
    produces: ['audio/*', 'image/*', 'application/octet-stream'],
    async handle(call) {
      const found = await media.find(call.params['id'] ?? '')
      if (found === undefined || (!call.scope.isGlobal && !isWithin(found.record.owner, call.scope.root)))
        throw gatewayError('media_not_found', 'there is no such file')
      return answer(call, found.record.value.content_type, found.bytes)
    },
  }
}

/** What the door of the admin API says of caching, `no-store`, comes to the headers. */
function answer(call: AdminCall, type: string, bytes: Buffer): Reply {
  const isPassive = passive.test(type)
  const headers = [
    'Content-Type',
    isPassive ? type : 'application/octet-stream',
    'Accept-Ranges',
    'bytes',
    'X-Content-Type-Options',
    'nosniff',
    'Cache-Control',
    'private',
    'Content-Disposition',
    isPassive ? 'inline' : 'attachment',
  ]
  const range = rangeOf(call.exchange.request.headers['range'], bytes.length)
  if (range === undefined) return call.reply({ headers, body: bytes })
  if (range === 'unsatisfiable') return call.reply({ status: 416, headers: ['Content-Range', `bytes */${bytes.length}`], body: Buffer.alloc(0) })
  const [first, last] = range
  return call.reply({ status: 206, headers: [...headers, 'Content-Range', `bytes ${first}-${last}/${bytes.length}`], body: bytes.subarray(first, last + 1) })
}

/** One range of bytes (RFC 9110, 14); what is spelled in another way, or asks for several, gets everything. */
function rangeOf(header: string | string[] | undefined, length: number): readonly [first: number, last: number] | 'unsatisfiable' | undefined {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(String(header ?? '')) ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined
  if (from === '') return Number(to) === 0 || length === 0 ? 'unsatisfiable' : [Math.max(0, length - Number(to)), length - 1]
  const last = to === '' ? length - 1 : Math.min(Number(to), length - 1)
  if (to !== '' && Number(to) < Number(from)) return undefined
  return Number(from) >= length ? 'unsatisfiable' : [Number(from), last]
}
