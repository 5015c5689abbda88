/** Transcriptions by Cohere: a form as OpenAI's, which must say the language; the answer is a text and nothing else. */

import { gatewayError, type OperationAdapter } from '../../core/index.ts'
import { refusal } from '../../core/neutral/losses.ts'
import { transcript } from './audio.ts'

export const cohereTranscription: OperationAdapter = {
  form: {
    part({ name, text }) {
      if (name === 'response_format' && text !== 'json' && text !== 'text') throw refusal(name, `cohere gives json or text, not ${text ?? ''}`)
      if (name.startsWith('timestamp_granularities')) throw refusal(name, 'cohere gives no timestamps')
    },
    whole(names) {
      if (!names.includes('language')) throw gatewayError('missing_required_parameter', 'cohere must be told the language', { param: 'language' })
    },
  },
  reply(said, { body, to: { provider } }) {
    const { text } = said
    if (typeof text !== 'string') throw gatewayError('bad_upstream_response', `${provider}: provider returned no text`, { provider })
    return transcript(text, body)
  },
}
