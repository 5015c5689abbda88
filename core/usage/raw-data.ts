/** A provider's usage object as one flat list of numbers. */

import { isObject } from '../neutral/arguments.ts'
import type { RawUsage } from '../neutral/usage.ts'

export type RawData = Readonly<Record<string, number>>

/** What the prompt's and the answer's details are called by one vendor or another, and how their numbers begin here. */
const prefixes: Readonly<Record<string, string>> = {
  prompt_tokens_details: 'prompt',
  input_tokens_details: 'prompt',
  input_token_details: 'prompt',
  completion_tokens_details: 'completion',
  output_tokens_details: 'completion',
  output_token_details: 'completion',
  candidates_tokens_details: 'completion',
  cache_tokens_details: 'cache',
  cache_details: 'cache_write',
  tool_use_prompt_tokens_details: 'tool_use',
}

/** The prompt, the answer and their sum: they have columns of their own. */
const base = new Set([
  'prompt_tokens', 'completion_tokens', 'total_tokens', 'input_tokens', 'output_tokens', 'prompt_token_count', 'candidates_token_count', 'total_token_count',
  'tokens_input_tokens', 'tokens_output_tokens',
])

/** Every number but the prompt, the answer and their sum: names in snake_case, members of members behind the name of their place. */
export function rawDataOf(raw: RawUsage): RawData {
  const found: Record<string, number> = {}
  collect(raw, '', found)
  return found
}

function collect(object: RawUsage, prefix: string, found: Record<string, number>): void {
  for (const name in object) {
    const value = object[name]
    if (typeof value === 'number') add(found, prefix + snakeCase(name), value)
    else if (typeof value === 'object' && value !== null) collectMembers(value, prefix + snakeCase(name), found)
  }
}

function collectMembers(value: object, path: string, found: Record<string, number>): void {
  const place = prefixes[path] ?? path
  if (Array.isArray(value)) collectList(value, place, found)
  else if (isObject(value)) collect(value, `${place}_`, found)
}

function add(found: Record<string, number>, name: string, value: number): void {
  if (!base.has(name) && Number.isFinite(value)) found[name] = value
}

/** Counts by modality, as Google tells them, or by how long a cache keeps them, as AWS does. */
function collectList(list: readonly unknown[], prefix: string, found: Record<string, number>): void {
  for (const { modality, tokenCount, tokens, ttl, inputTokens } of list.filter(isObject)) {
    const count = tokenCount ?? tokens ?? inputTokens
    if (typeof count !== 'number') continue
    if (typeof modality === 'string') add(found, `${prefix}_${modality.toLowerCase()}_tokens`, count)
    else if (typeof ttl === 'string') add(found, `${prefix}_${ttl}_input_tokens`, count)
  }
}

const upperCase = /[A-Z]/

function snakeCase(name: string): string {
  return !upperCase.test(name) ? name : name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}
