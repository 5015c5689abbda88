/** The demo's vectors: unit length, the same for the same words, and near each other where texts share some. */

import { createHash } from 'node:crypto'

const defaultDimensions = 64
export const mostDimensions = 4096

export function embeddings(request: Readonly<Record<string, unknown>>): object {
  const { input, model, dimensions, encoding_format: format } = request
  const inputs = typeof input === 'string' || isTokens(input) ? [input] : Array.isArray(input) ? input : []
  const size = typeof dimensions === 'number' ? dimensions : defaultDimensions
  const data = inputs.map((text: unknown, index) => ({ object: 'embedding', index, embedding: encoded(vector(text, size), format) }))
  const promptTokens = inputs.reduce<number>((sum, text) => sum + Math.max(1, Math.ceil(JSON.stringify(text).length / 4)), 0)
  return { object: 'list', data, model, usage: { prompt_tokens: promptTokens, total_tokens: promptTokens } }
}

function isTokens(input: unknown): boolean {
  return Array.isArray(input) && input.length > 0 && input.every(item => typeof item === 'number')
}

/** Each word has a direction of its own, whatever its case. */
function vector(text: unknown, size: number): number[] {
  const spelled = JSON.stringify(text)
  const words = spelled.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [spelled]
  const directions = words.map(word => direction(word, size))
  const raw = Array.from({ length: size }, (_, index) => directions.reduce((sum, each) => sum + (each[index] ?? 0), 0))
  const length = Math.hypot(...raw)
  return raw.map(value => value / length)
}

function direction(word: string, size: number): readonly number[] {
  return Array.from({ length: size }, (_, index) => createHash('sha256').update(`${index}:${word}`).digest().readInt16LE(0) / 32768)
}

function encoded(values: readonly number[], format: unknown): readonly number[] | string {
  return format === 'base64' ? Buffer.from(Float32Array.from(values).buffer).toString('base64') : values
}
