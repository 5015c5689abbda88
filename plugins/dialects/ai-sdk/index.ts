/** The calls of the Vercel AI SDK's models, version 4, as JSON: what a package is asked, and the parts that it answers. Facts: https://ai-sdk.dev/providers/community-providers/custom-providers */

import { defineDialect } from '../../../core/index.ts'
import { embeddings } from './embeddings.ts'
import { readReply } from './upstream-reply.ts'
import { writeRequest } from './upstream-request.ts'
import { PartsReader } from './upstream-stream.ts'

export default defineDialect({
  name: 'ai-sdk',
  upstream: {
    operation: () => 'generate',
    request: writeRequest,
    reply: readReply,
    stream: from => new PartsReader(from),
    embeddings,
  },
})
