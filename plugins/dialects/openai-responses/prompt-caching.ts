/** OpenAI's cache of prompts, as Responses spell it; `instructions` carry no mark. Source: https://developers.openai.com/api/docs/guides/prompt-caching */

import type { PromptCaching } from '../../../core/neutral/prompt-caching.ts'
import { markPrefix, type BlockMark } from '../../../core/neutral/marked-block.ts'

const mark: BlockMark = {
  member: 'prompt_cache_breakpoint',
  json: '{"mode":"explicit"}',
  types: new Set(['input_text', 'input_image', 'input_file']),
  textType: 'input_text',
}

export const promptCaching: PromptCaching = {
  directives: ['prompt_cache_key', 'prompt_cache_retention', 'prompt_cache_options', 'prompt_cache_breakpoint'],
  ask(body, wish, { traits }) {
    body.set(body.root, 'prompt_cache_key', JSON.stringify(wish.key))
    if (traits.promptCacheBreakpoints === true) markPrefix(body, body.root.get('input')?.items() ?? [], wish, mark)
  },
}
