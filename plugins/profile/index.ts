/** Lets administrators take profiles of the process, one at a time. */

import { definePlugin, gatewayError, Reply, type Clock, type Exchange } from '../../core/index.ts'
import { invalidValue } from '../../core/errors.ts'
import { orRefusal } from '../../core/pipeline/verdict.ts'
import { profilers, type Profiler } from './profilers.ts'
import { schema } from './schema.ts'

const defaultSeconds = 30
const mostSeconds = 300

export default definePlugin({
  name: 'profile',
  description: 'Lets administrators take profiles of the process.',
  schema,
  edits: false,
  timeoutMs: 0,
  setup({ services: { clock } }) {
    let isBusy = false
    const profile = async (exchange: Exchange): Promise<Reply> => {
      const seconds = secondsAskedBy(exchange)
      const [kind, profiler] = profilerAt(exchange)
      if (isBusy) throw gatewayError('conflict', 'somebody takes a profile at this moment: one at a time')
      isBusy = true
      try {
        return download(`tapline-${kind}-${timeIn(clock)}.${profiler.extension}`, await taken(profiler, exchange, seconds))
      } finally {
        isBusy = false
      }
    }
    return { route: exchange => orRefusal(profile(exchange)) }
  },
})

/** @throws GatewayError for whoever may not, and for what cannot be meant */
function secondsAskedBy({ caller, request }: Exchange): number {
  if (caller?.admin === undefined || (caller.method === 'no_key' && request.headers['sec-fetch-site'] === 'cross-site'))
    throw gatewayError('dashboard_access_denied', 'this key may take no profiles')
  if (!caller.admin.isGlobal) throw gatewayError('admin_scope_denied', `this needs access to the whole gateway, not to ${caller.admin.root} alone`)
  if (request.method !== 'GET') throw gatewayError('method_not_allowed', `${request.path} takes GET alone`, { headers: ['Allow', 'GET'] })
  const written = new URLSearchParams(request.query).get('seconds')
  if (written === null) return defaultSeconds
  const seconds = /^\d+$/.test(written) ? Number(written) : 0
  if (seconds < 1 || seconds > mostSeconds) throw invalidValue('seconds', `a whole number from 1 to ${mostSeconds}`)
  return seconds
}

function profilerAt({ request: { path } }: Exchange): readonly [kind: string, Profiler] {
  const kind = path.split('/')[3] ?? ''
  const profiler = profilers[kind]
  if (profiler === undefined) throw gatewayError('unknown_url', `nothing is served at ${path}`)
  return [kind, profiler]
}

/** A caller who leaves ends it. */
async function taken(profiler: Profiler, exchange: Exchange, seconds: number): Promise<object> {
  const { Session } = await import('node:inspector/promises')
  const session = new Session()
  session.connect()
  try {
    return await profiler.profile(session, () => exchange.sleep(seconds * 1000))
  } finally {
    session.disconnect()
  }
}

/** As file names can have it. */
function timeIn(clock: Clock): string {
  return new Date(clock.now()).toISOString().replaceAll(':', '-')
}

function download(name: string, profile: object): Reply {
  const headers = ['Content-Type', 'application/json', 'Content-Disposition', `attachment; filename="${name}"`, 'Cache-Control', 'no-store']
  return new Reply({ status: 200, headers, body: Buffer.from(JSON.stringify(profile)) })
}
