/** Cohere's chat, version 2. Facts: https://docs.cohere.com/reference/chat */

import { defineDialect } from '../../../core/index.ts'
import { embeddings } from './embeddings.ts'
import { usageIn } from './facts.ts'
import { readReply } from './upstream-reply.ts'
import { writeRequest } from './upstream-request.ts'
import { CohereReader } from './upstream-stream.ts'

export default defineDialect({
  name: 'cohere',
  upstream: {
    operation: () => 'cohere_chat',
    request: writeRequest,
    reply: readReply,
    stream: from => new CohereReader(from),
    usage: usageIn,
    embeddings,
  },
})
