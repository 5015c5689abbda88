/** Says which version runs. */

import { definePlugin } from '../../core/index.ts'
import { jsonReply } from '../../core/pipeline/verdict.ts'

export default definePlugin({
  name: 'version',
  description: 'Answers /version.',
  setup({ services: { version } }) {
    const body = Buffer.from(JSON.stringify(version))
    return { request: () => jsonReply(body) }
  },
})
