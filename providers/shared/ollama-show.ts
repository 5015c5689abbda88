/** What Ollama says of one model: what it can do, and how much it reads. */

import type { ModelDetails, ModelMetadata } from '../../core/index.ts'

interface Shown {
  readonly capabilities?: unknown
  readonly model_info?: Readonly<Record<string, unknown>>
}

export const ollamaShow: ModelDetails = {
  endpoint: 'POST /api/show',
  ask: model => ({ model }),
  read: reply => {
    const { capabilities, model_info: info = {} } = (reply ?? {}) as Shown
    const length = info[`${String(info['general.architecture'])}.context_length`]
    return {
      ...(Array.isArray(capabilities) ? abilities(capabilities) : {}),
      ...(typeof length === 'number' ? { context_window: length } : {}),
    }
  },
}

/** Older servers say nothing of it. */
function abilities(words: readonly unknown[]): ModelMetadata {
  const modes = [...(words.includes('completion') ? ['chat'] : []), ...(words.includes('embedding') ? ['embedding'] : [])]
  const can = { vision: words.includes('vision'), tools: words.includes('tools'), reasoning: words.includes('thinking') }
  return { ...(modes.length === 0 ? {} : { modes }), capabilities: can }
}
