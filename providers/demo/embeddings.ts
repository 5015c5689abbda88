/** The demo's vectors: unit length, the same for the same words, and near each other where texts share some. */

import { hash } from 'node:crypto'

const defaultDimensions = 64
export const mostDimensions = 4096
/** Words times dimensions: all requests wait while this is worked out. */
const mostWork = 8 * 1024 * 1024

/** Undefined if it is more than can be made at once. */
export function embeddings(request: Readonly<Record<string, unknown>>): object | undefined {
  const { input, model, dimensions, encoding_format: format } = request
  const inputs = typeof input === 'string' || isTokens(input) ? [input] : Array.isArray(input) ? input : []
  const size = typeof dimensions === 'number' ? dimensions : defaultDimensions
  const texts = inputs.map(wordsOf)
  if (texts.reduce((sum, words) => sum + words.length, 0) * size > mostWork) return undefined
  const data = texts.map((words, index) => ({ object: 'embedding', index, embedding: encoded(vector(words, size), format) }))
  const promptTokens = inputs.reduce<number>((sum, text) => sum + Math.max(1, Math.ceil(JSON.stringify(text).length / 4)), 0)
  return { object: 'list', data, model, usage: { prompt_tokens: promptTokens, total_tokens: promptTokens } }
}

function isTokens(input: unknown): boolean {
  return Array.isArray(input) && input.length > 0 && input.every(item => typeof item === 'number')
}

/** Whatever their case. */
function wordsOf(text: unknown): readonly string[] {
  const spelled = JSON.stringify(text)
  return spelled.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [spelled]
}

/** Each word has a direction of its own. */
function vector(words: readonly string[], size: number): number[] {
  const raw = Array<number>(size).fill(0)
  for (const word of words) addDirection(raw, word)
  const length = Math.hypot(...raw)
  return raw.map(value => value / length)
}

/** Numbers from -1 to 1 that follow from the word, as mulberry32 makes them. */
function addDirection(sum: number[], word: string): void {
  let state = hash('sha256', word, 'buffer').readInt32LE(0)
  for (let i = 0; i < sum.length; i++) {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    sum[i] = (sum[i] ?? 0) + (mixed ^ (mixed >>> 14)) / 0x80000000
  }
}

function encoded(values: readonly number[], format: unknown): readonly number[] | string {
  return format === 'base64' ? Buffer.from(Float32Array.from(values).buffer).toString('base64') : values
}
