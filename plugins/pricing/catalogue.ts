/** The bundled catalogue of prices: no network, and nothing of it in memory until a price is asked for. */

import { createRequire } from 'node:module'
import type * as GenaiPrices from '@pydantic/genai-prices'
import { periodOf, priceListOf } from './catalogue-prices.ts'
import type { PriceList } from './price-list.ts'

/** Who the catalogue calls what; other types are not in it. */
const providerIds: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  azure: 'azure',
  bedrock: 'aws',
  'bedrock-mantle': 'aws',
  cohere: 'cohere',
  deepseek: 'deepseek',
  fireworks: 'fireworks',
  gemini: 'google',
  groq: 'groq',
  kimi: 'moonshotai',
  minimax: 'minimax',
  mistral: 'mistral',
  openai: 'openai',
  openrouter: 'openrouter',
  vertex: 'google',
  xai: 'x-ai',
  zai: 'zai',
}

/** What the catalogue knows of a model. */
export interface CataloguePrices {
  /** Prices stay within a period; 0 is the first. */
  periodAt(timestamp: number): number
  during(period: number): PriceList
}

/** Whether the catalogue knows models of a type of provider. */
export function isCatalogued(type: string): boolean {
  return Object.hasOwn(providerIds, type)
}

let loaded: typeof GenaiPrices | undefined

/** Reads the catalogue, once. It takes some 30 ms. */
export function loadCatalogue(): typeof GenaiPrices {
  return (loaded ??= createRequire(import.meta.url)('@pydantic/genai-prices') as typeof GenaiPrices)
}

/** @param type of the provider @param model as the provider calls it */
export function catalogued(type: string, model: string): CataloguePrices | undefined {
  if (!isCatalogued(type)) return undefined
  const found = loadCatalogue().calcPrice({}, bare(model), { providerId: providerIds[type] as string })?.model.prices
  return found === undefined ? undefined : { periodAt: timestamp => periodOf(found, timestamp), during: period => priceListOf(found, period) }
}

/** Without the place that some ids begin with: `models/`, `publishers/google/models/`, `accounts/fireworks/models/` is part of the id. */
function bare(model: string): string {
  return model.replace(/^(?:publishers\/[^/]+\/)?models\//, '')
}
