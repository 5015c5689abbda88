/** Servers whose API lies below /v1 of their root, and more beside it: vLLM and its relatives. */

import type { Endpoint, ProviderDefinition, ProviderSettings, ResolvedFacts } from '../../core/index.ts'
import { flatEffort } from './effort.ts'
import { tokensField } from './fields.ts'
import { developerAsSystem, dropThoughts } from './messages.ts'
import { forChat } from './rule.ts'

/** A server nearby that takes longer to list its models is taken for one that is down. */
export const localListingMs = 5_000

/** What is below /v1, whether a passed-through path says so or not. */
const belowV1 = /^\/(?:models|chat\/completions|responses|completions|embeddings|messages|audio\/.*|files.*|batches.*)(?:\/.*)?$/

/** The server's root: its base URL may be given with and without /v1. */
function serverRoot({ base_url: url }: ProviderSettings): ResolvedFacts {
  return url === undefined ? {} : { baseUrl: url.replace(/\/v1$/, '') }
}

function serverPath(target: string): string {
  const path = target.split('?', 1)[0] ?? ''
  return belowV1.test(path) ? `/v1${target}` : target
}

export const serverOperations = {
  chat: 'POST /v1/chat/completions',
  embeddings: 'POST /v1/embeddings',
  models: 'GET /v1/models',
} as const satisfies Readonly<Record<string, Endpoint>>

/** What they have in common: they take no thoughts back, and know the older names only. */
export const serverFacts = {
  dialects: ['openai-chat'],
  usageOnRequest: true,
  resolve: serverRoot,
  passthrough: serverPath,
  traits: () => ({ limitName: 'max_tokens' }),
  respell: forChat(developerAsSystem, tokensField('max_tokens'), flatEffort, dropThoughts),
} as const satisfies Partial<ProviderDefinition>
