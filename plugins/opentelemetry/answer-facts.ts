/** What is said of a plain answer: its tokens, its model, why it ended. */

import type { Attributes } from '@opentelemetry/api'
import type { Exchange, Reply } from '../../core/index.ts'

/** Operations whose replies are JSON, and name their model. */
const named: ReadonlySet<string> = new Set(['chat', 'messages', 'responses', 'embeddings'])

export function answerAttributes({ usage, reply, operation }: Exchange): Attributes {
  const attributes: Attributes = {}
  if (usage?.inputTokens !== undefined) attributes['gen_ai.usage.input_tokens'] = usage.inputTokens
  if (usage?.outputTokens !== undefined) attributes['gen_ai.usage.output_tokens'] = usage.outputTokens
  if (reply?.target === undefined) return attributes
  attributes['http.response.status_code'] = reply.status
  return named.has(operation) ? { ...attributes, ...modelAndEnd(reply) } : attributes
}

function modelAndEnd({ document }: Reply): Attributes {
  const root = document?.root
  const model = root?.get('model')?.value()
  const ends = [
    ...(root
      ?.get('choices')
      ?.items()
      .map(choice => choice.get('finish_reason')) ?? []),
    root?.get('stop_reason'),
    root?.get('object')?.value() === 'response' ? root.get('status') : undefined,
  ]
  const reasons = ends.map(end => end?.value()).filter(end => typeof end === 'string')
  return {
    ...(typeof model === 'string' ? { 'gen_ai.response.model': model } : {}),
    ...(reasons.length > 0 ? { 'gen_ai.response.finish_reasons': reasons } : {}),
  }
}
