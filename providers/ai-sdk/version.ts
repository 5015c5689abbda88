/** The options of a call in the version of the interface that a model has: written as version 4, taken apart for older ones. */

import type { Json, JsonObject } from '../../core/index.ts'
import { isObject } from '../../core/neutral/arguments.ts'
import { budgetOfEffort } from '../../core/neutral/effort.ts'

/** @param options as the dialect writes them: JSON, with addresses as text */
export function optionsFor(version: string, { prompt, reasoning, providerOptions, ...rest }: JsonObject): object {
  const messages = (Array.isArray(prompt) ? (prompt as readonly Json[]) : []).filter(isObject).map(message => messageFor(version, message))
  if (isCurrent(version))
    return { ...rest, ...(reasoning === undefined ? {} : { reasoning }), ...(providerOptions === undefined ? {} : { providerOptions }), prompt: messages }
  const options = withEffort(isObject(providerOptions) ? providerOptions : {}, reasoning)
  return { ...rest, ...(Object.keys(options).length === 0 ? {} : { providerOptions: options }), prompt: messages }
}

/** Older versions have no word of their own for how hard to think. */
function withEffort(options: JsonObject, effort: Json | undefined): JsonObject {
  if (typeof effort !== 'string') return options
  const thinking: JsonObject = effort === 'none' ? { type: 'disabled' } : { type: 'enabled', budgetTokens: budgetOfEffort(effort) }
  return {
    ...options,
    openai: { reasoningEffort: effort, ...(options['openai'] as JsonObject | undefined) },
    anthropic: { thinking, ...(options['anthropic'] as JsonObject | undefined) },
  }
}

function isCurrent(version: string): boolean {
  return Number(version.slice(1)) >= 4
}

function messageFor(version: string, message: JsonObject): object {
  const { content } = message
  return Array.isArray(content) ? { ...message, content: content.filter(isObject).map(part => partFor(version, part)) } : message
}

function partFor(version: string, part: JsonObject): object {
  if (part['type'] === 'file') return { ...part, data: dataFor(version, part['data']) }
  if (part['type'] !== 'tool-result' || !isObject(part['output']) || part['output']['type'] !== 'content') return part
  const { value } = part['output']
  return {
    ...part,
    output: { type: 'content', value: (Array.isArray(value) ? (value as readonly Json[]) : []).filter(isObject).map(item => resultFor(version, item)) },
  }
}

/** Before version 4, data was the bytes in base64, or an address; an id stood for a file where the package knew its prefix. */
function dataFor(version: string, data: Json | undefined): unknown {
  if (!isObject(data)) return data
  if (typeof data['url'] === 'string') return isCurrent(version) ? { type: 'url', url: new URL(data['url']) } : new URL(data['url'])
  if (isCurrent(version)) return data
  const { reference } = data
  return isObject(reference) ? Object.values(reference)[0] : data['data']
}

/** What a tool shows. */
function resultFor(version: string, item: JsonObject): object {
  if (item['type'] !== 'file') return item
  if (isCurrent(version)) return { ...item, data: dataFor(version, item['data']) }
  const { mediaType, data: given } = item
  const data = dataFor(version, given)
  const kind = typeof mediaType === 'string' && mediaType.startsWith('image/') ? 'image' : 'file'
  if (data instanceof URL) return version === 'v2' ? { type: 'text', text: data.href } : { type: `${kind}-url`, url: data.href }
  return version === 'v2' ? { type: 'media', mediaType, data } : { type: `${kind}-data`, mediaType, data }
}
