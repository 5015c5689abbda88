/** Gemini's generateContent, as a provider speaks it: Google AI Studio and Vertex AI. Source: https://ai.google.dev/api/generate-content */

import { defineDialect } from '../../../core/index.ts'
import { embeddings } from './embeddings.ts'
import { isOwn } from './media.ts'
import { usageIn } from './finish.ts'
import { promptCaching } from './prompt-caching.ts'
import { readReply } from './upstream-reply.ts'
import { writeRequest } from './upstream-request.ts'
import { GeminiStream } from './upstream-stream.ts'

export default defineDialect({
  name: 'gemini',
  upstream: {
    operation: isStream => (isStream ? 'generate_stream' : 'generate'),
    request: writeRequest,
    reply: readReply,
    stream: from => new GeminiStream(from),
    usage: usageIn,
    imageAsData: url => !isOwn(url),
    promptCaching,
    embeddings,
  },
})
