/** Anthropic's cache of prompts, which marks the last block by itself when it is asked to. Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching */

import type { PromptCaching } from '../../../core/neutral/prompt-caching.ts'

export const promptCaching: PromptCaching = {
  directives: ['cache_control'],
  ask: body => body.set(body.root, 'cache_control', '{"type":"ephemeral"}'),
}
