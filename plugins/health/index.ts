/** Says whether the process lives, and whether it is ready. */

import { definePlugin, Reply } from '../../core/index.ts'
import { jsonReply } from '../../core/pipeline/verdict.ts'
import { endsIn } from '../shared/path-end.ts'

const notReady = ['Content-Type', 'application/json', 'Retry-After', '1']
const alive = Buffer.from('{"status":"ok"}')

export default definePlugin({
  name: 'health',
  description: 'Answers /health and /health/ready.',
  setup({ services: { health } }) {
    return {
      async request({ request }) {
        if (!endsIn(request, 'ready')) return jsonReply(alive)
        const { status, checks } = await health.report()
        const said = Object.keys(checks).length === 0 && status === 'ready' ? { status } : { status, checks }
        if (status === 'not_ready') return new Reply({ status: 503, headers: notReady, body: Buffer.from(JSON.stringify(said)) })
        return jsonReply(said)
      },
    }
  },
})
