/** A call as a provider reports it, and what it costs. */

import type { PriceList } from '../../../../plugins/pricing/price-list.ts'

export interface Shape {
  readonly name: string
  /** The provider's type. */
  readonly type: string
  readonly dialect: 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini' | 'bedrock-converse' | 'cohere' | 'openai-media'
  /** As the provider spells it. */
  readonly usage: Readonly<Record<string, unknown>>
  readonly prices: PriceList
  readonly endpoint?: string
  /** RFC 3339; a Wednesday noon where absent. */
  readonly at?: string
  /** USD, counted by hand; null is unknown. */
  readonly input: number | null
  readonly output: number | null
  /** The sum of the two where absent. */
  readonly total?: number
  readonly source?: string
  readonly caveat?: string
}

/** USD for so many tokens at a price for a million, summed: `usd([100, 2.5], [900, 1.25])`. */
export function usd(...items: readonly (readonly [tokens: number, price: number])[]): number {
  return items.reduce((sum, [tokens, price]) => sum + tokens * price, 0) / 1e6
}
