/** Says whether the process lives, and whether it is ready. */

import { definePlugin, Reply } from '../../core/index.ts'
import { endsIn } from '../shared/path-end.ts'

const headers = ['Content-Type', 'application/json']
const alive = Buffer.from('{"status":"ok"}')

export default definePlugin({
  name: 'health',
  description: 'Answers /health and /health/ready.',
  setup({ services: { health } }) {
    return {
      async request({ request: { path } }) {
        if (!endsIn(path, 'ready')) return new Reply({ status: 200, headers, body: alive })
        const { status, checks } = await health.report()
        const said = Object.keys(checks).length === 0 && status === 'ready' ? { status } : { status, checks }
        if (status === 'not_ready') return new Reply({ status: 503, headers: [...headers, 'Retry-After', '1'], body: Buffer.from(JSON.stringify(said)) })
        return new Reply({ status: 200, headers, body: Buffer.from(JSON.stringify(said)) })
      },
    }
  },
})
