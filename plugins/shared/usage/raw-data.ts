/** A provider's usage object as one flat list of numbers. */

import { isObject } from '../../../core/neutral/arguments.ts'
import type { RawUsage } from '../../../core/neutral/usage.ts'

export type RawData = Readonly<Record<string, number>>

/** What the prompt's and the answer's details are called by one vendor or another, and how their numbers begin here. */
const prefixes: ReadonlyMap<string, string> = new Map(
  Object.entries({
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
  }),
)

/** The prompt, the answer and their sum: they have columns of their own. */
const base = new Set([
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'input_tokens',
  'output_tokens',
  'prompt_token_count',
  'candidates_token_count',
  'total_token_count',
  'tokens_input_tokens',
  'tokens_output_tokens',
])

/** Every number but the prompt, the answer and their sum: names in snake_case, members of members behind the name of their place. */
export function rawDataOf(raw: RawUsage): RawData {
  const found: Record<string, number> = {}
  collect(raw, root, found)
  return found
}

/** Where members stand, and what they are called in the flat list: found out once, for every call brings the same. */
class Place {
  readonly #prefix: string
  readonly #names = new Map<string, string>()
  readonly #inside = new Map<string, Place>()

  /** @param prefix what names begin with */
  constructor(prefix: string) {
    this.#prefix = prefix
  }

  nameOf(member: string): string {
    return this.#names.get(member) ?? known(this.#names, member, this.#prefix + snakeCase(member))
  }

  inside(member: string): Place {
    return this.#inside.get(member) ?? known(this.#inside, member, new Place(`${this.listNameOf(member)}_`))
  }

  /** What the items of a list are called by. */
  listNameOf(member: string): string {
    const path = this.nameOf(member)
    return prefixes.get(path) ?? path
  }
}

const root = new Place('')

/** Names that are kept: providers have few, and whoever makes others up shall not fill the memory. */
const mostKept = 2000
let kept = 0

function known<Value>(names: Map<string, Value>, member: string, value: Value): Value {
  if (kept < mostKept) names.set(member, value)
  kept += 1
  return value
}

function collect(object: RawUsage, place: Place, found: Record<string, number>): void {
  for (const member in object) {
    const value = object[member]
    if (typeof value === 'number') add(found, place.nameOf(member), value)
    else if (Array.isArray(value)) collectList(value, place.listNameOf(member), found)
    else if (isObject(value)) collect(value, place.inside(member), found)
  }
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
