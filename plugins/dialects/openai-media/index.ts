/** OpenAI's other operations: speech, transcriptions, translations, images, rerank, moderations. Requests are JSON or forms; replies are JSON, audio, text or events. */

import { said, stringOf } from '../../../core/document/readings.ts'
import { defineDialect, type GatewayError, gatewayError, type JsonDocument } from '../../../core/index.ts'
import { errorEnvelope } from '../../../core/errors.ts'
import { mediaConversation, replyConversation } from './conversation.ts'
import { vendorError } from '../../../core/neutral/vendor-error.ts'
import { formRules } from './form.ts'
import { mediaStream } from './stream.ts'
import { usageOf } from './usage.ts'
import { checkMedia } from './validate.ts'

export default defineDialect({
  name: 'openai-media',
  operations: ['speech', 'transcriptions', 'translations', 'images', 'image_edits', 'image_variations', 'rerank', 'moderations'],
  validate: checkMedia,
  conversation: mediaConversation,
  reply: replyConversation,
  streams: ({ root }) => stringOf(root.get('stream_format')) === 'sse',
  asksForUsage: () => false,
  askForUsage: () => {},
  fault,
  usage: usageOf,
  answer: ({ operation, text }) => (operation === 'transcriptions' || operation === 'translations' ? Buffer.from(JSON.stringify({ text })) : undefined),
  error: errorEnvelope,
  stream: mediaStream,
  form: formRules,
  opaqueReplies: new Set(['speech', 'transcriptions', 'translations']),
})

/** Where each operation has its result, if it is JSON; speech has none. */
const results: Readonly<Record<string, readonly string[]>> = {
  speech: [],
  transcriptions: ['text'],
  translations: ['text'],
  images: ['data'],
  image_edits: ['data'],
  image_variations: ['data'],
  rerank: ['results', 'data'],
  moderations: ['results'],
}

/** An error inside a reply of status 2xx, or a reply without a result. */
function fault({ root }: JsonDocument, operation: string, provider: string): GatewayError | undefined {
  const found = (results[operation] ?? []).some(name => said(root, name) !== undefined)
  const error = said(root, 'error')
  if (error !== undefined && !found) return vendorError(error, provider)
  return found || results[operation] === undefined
    ? undefined
    : gatewayError('bad_upstream_response', `${provider}: provider returned no ${operation === 'speech' ? 'audio' : 'result'}`, { provider })
}
