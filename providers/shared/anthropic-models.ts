/** The model list of Anthropic, and what it says of each model. */

import type { ModelEntry, ModelMetadata } from '../../core/index.ts'
import { isObject } from '../../core/neutral/arguments.ts'

interface Listed extends Readonly<Record<string, unknown>> {
  readonly id: string
}

/** The capabilities, and the names that they have here. */
const named: Readonly<Record<string, string>> = {
  image_input: 'vision',
  pdf_input: 'pdf',
  structured_outputs: 'json_schema',
  thinking: 'reasoning',
  batch: 'batch',
}

/** @throws Error if it is no model list */
export function anthropicModels(body: unknown): readonly ModelEntry[] {
  const data = (body as { data?: unknown } | null)?.data
  if (!Array.isArray(data)) throw new Error('the model list is not {"data": […]}')
  return data.filter((entry): entry is Listed => typeof (entry as { id?: unknown } | null)?.id === 'string').map(entryOf)
}

/** Where the list goes on. */
export function nextAnthropicPage(body: unknown): string | undefined {
  const { has_more: hasMore, last_id: last } = body as { readonly has_more?: unknown; readonly last_id?: unknown }
  return hasMore === true && typeof last === 'string' ? `?limit=1000&after_id=${encodeURIComponent(last)}` : undefined
}

function entryOf({ id, created_at: createdAt, ...said }: Listed): ModelEntry {
  const created = Math.floor(Date.parse(String(createdAt)) / 1000)
  const metadata = metadataOf(said)
  return {
    id,
    ...(Number.isNaN(created) ? {} : { created }),
    owned_by: 'anthropic',
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  }
}

function metadataOf({
  display_name: name,
  max_input_tokens: input,
  max_tokens: output,
  capabilities,
  lifecycle,
}: Readonly<Record<string, unknown>>): ModelMetadata {
  return {
    ...(typeof name === 'string' ? { display_name: name } : {}),
    ...(typeof input === 'number' ? { context_window: input } : {}),
    ...(typeof output === 'number' ? { max_output_tokens: output } : {}),
    ...(isObject(capabilities) ? { capabilities: capabilitiesOf(capabilities) } : {}),
    ...(lifecycle === undefined || lifecycle === null ? {} : { lifecycle }),
  }
}

function capabilitiesOf(said: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const flags = Object.entries(named)
    .filter(([theirs]) => said[theirs] !== undefined)
    .map(([theirs, ours]) => [ours, isSupported(said[theirs])] as const)
  const { thinking, effort } = said
  const types = isObject(thinking) ? wordsOf(thinking['types']) : []
  const efforts = wordsOf(effort)
  return {
    ...Object.fromEntries(flags),
    ...(types.length === 0 ? {} : { thinking_types: types }),
    ...(efforts.length === 0 ? {} : { efforts }),
  }
}

/** `true`, or what is supported of it. */
function isSupported(said: unknown): boolean {
  return isObject(said) ? said['supported'] !== false : said === true
}

/** A list of words, or an object with what is supported of each. */
function wordsOf(said: unknown): readonly string[] {
  if (Array.isArray(said)) return said.filter(word => typeof word === 'string')
  return isObject(said) && isSupported(said) ? Object.keys(said).filter(word => word !== 'supported' && isSupported(said[word])) : []
}
