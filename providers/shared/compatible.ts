/** Vendors that are OpenAI's likeness, as it was before the newer names. */

import { defineProvider, type ProviderDefinition } from '../../core/index.ts'
import { flatEffort } from './effort.ts'
import { tokensField } from './fields.ts'
import { developerAsSystem } from './messages.ts'
import { forChat } from './rule.ts'

/** How calls to them are spelled. */
export const compatibleRules = forChat(developerAsSystem, tokensField('max_tokens'), flatEffort)

type Facts = Pick<ProviderDefinition, 'name' | 'description'> & Partial<ProviderDefinition>

/** One of them: chats and a list of models, under a key. @param facts what is its own, over that */
export function compatibleVendor(facts: Facts): ProviderDefinition {
  return defineProvider({
    needs: ['api_key'],
    dialects: ['openai-chat'],
    operations: { chat: 'POST /chat/completions', models: 'GET /models' },
    usageOnRequest: true,
    traits: () => ({ limitName: 'max_tokens', vendor: facts.name }),
    respell: compatibleRules,
    ...facts,
  })
}
