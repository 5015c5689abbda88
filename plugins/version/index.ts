/** Says which version runs. */

import { definePlugin, Reply } from '../../core/index.ts'

export default definePlugin({
  name: 'version',
  description: 'Answers /version.',
  setup({ services: { version } }) {
    const body = Buffer.from(JSON.stringify(version))
    return { request: () => new Reply({ status: 200, headers: ['Content-Type', 'application/json'], body }) }
  },
})
