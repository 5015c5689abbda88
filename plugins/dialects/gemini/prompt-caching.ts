/** Instructions and tools that Google keeps as an object; a request that names one may have none of its own. Source: https://ai.google.dev/api/caching */

import type { JsonDocument } from '../../../core/index.ts'
import type { PromptCaching } from '../../../core/neutral/prompt-caching.ts'
import type { Destination } from '../../../core/neutral/translation.ts'

/** What the object takes over. */
const kept = ['systemInstruction', 'tools', 'toolConfig'] as const

export const promptCaching: PromptCaching = {
  directives: ['cachedContent', 'cached_content'],
  object: {
    operation: 'cached_contents',
    make,
    nameIn: ({ name }) => (typeof name === 'string' && name !== '' ? name : undefined),
    refer,
  },
}

/** Nothing is gained by an object that has only settings. */
function make({ root }: JsonDocument, { model }: Destination, ttlSeconds: number): string | undefined {
  if (root.get('systemInstruction') === undefined && root.get('tools') === undefined) return undefined
  const members = kept.flatMap(name => {
    const value = root.get(name)
    return value === undefined ? [] : [`"${name}":${value.json()}`]
  })
  return `{"model":${JSON.stringify(model.includes('/') ? model : `models/${model}`)},${members.join(',')},"ttl":"${ttlSeconds}s"}`
}

function refer(body: JsonDocument, name: string): void {
  for (const member of kept) if (body.root.get(member) !== undefined) body.unset(body.root, member)
  body.set(body.root, 'cachedContent', JSON.stringify(name))
}
