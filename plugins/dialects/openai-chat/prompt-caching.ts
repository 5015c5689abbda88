/** OpenAI's cache of prompts: calls of one key meet where their prompt is cached, and newer models cache up to marks. Source: https://developers.openai.com/api/docs/guides/prompt-caching */

import type { PromptCaching } from '../../../core/neutral/prompt-caching.ts'
import { markPrefix, type BlockMark } from '../../../core/neutral/marked-block.ts'

const mark: BlockMark = {
  member: 'prompt_cache_breakpoint',
  json: '{"mode":"explicit"}',
  types: new Set(['text', 'image_url', 'input_audio', 'file']),
  textType: 'text',
}

export const promptCaching: PromptCaching = {
  directives: ['prompt_cache_key', 'prompt_cache_retention', 'prompt_cache_options', 'prompt_cache_breakpoint'],
  ask(body, wish, { traits }) {
    body.set(body.root, 'prompt_cache_key', JSON.stringify(wish.key))
    if (traits.promptCacheBreakpoints === true) markPrefix(body, body.root.get('messages')?.items() ?? [], wish, mark)
  },
}
