/** Tokens of these operations, as OpenAI and its kin spell them. */

import { said } from '../../../core/document/readings.ts'
import type { JsonDocument } from '../../../core/index.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { readFrom, type Usage } from '../../../core/neutral/usage.ts'

/** Of a reply: its tokens, else how many images or seconds it is about. */
export function usageOf({ root }: JsonDocument): Usage | undefined {
  const usage = root.get('usage')?.value()
  const counted = readUsage(usage)
  if (counted?.outputTokens !== undefined) return counted
  const images =
    root
      .get('data')
      ?.items()
      .filter(image => (said(image, 'url') ?? said(image, 'b64_json')) !== undefined).length ?? 0
  const seconds = root.get('duration')?.value()
  const units = { ...(images > 0 ? { images } : {}), ...(typeof seconds === 'number' ? { seconds } : {}) }
  return Object.keys(units).length === 0 ? counted : readUsage({ ...units, ...(isObject(usage) ? usage : {}) })
}

/** `{"input_tokens", "output_tokens", "total_tokens"}`, or with the names that chat has; no counts where something else is counted, such as seconds. */
export function readUsage(said: unknown): Usage | undefined {
  if (!isObject(said)) return undefined
  const number = (...names: readonly string[]) => names.map(name => count(said[name])).find(value => value !== undefined)
  const [output, total] = [number('output_tokens', 'completion_tokens'), number('total_tokens')]
  const details = isObject(said['input_token_details']) ? said['input_token_details'] : {}
  return readFrom(said, {
    inputTokens: number('input_tokens', 'prompt_tokens') ?? (output === undefined ? total : undefined),
    outputTokens: output,
    audioInputTokens: count(details['audio_tokens']),
    totalTokens: total,
  })
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
