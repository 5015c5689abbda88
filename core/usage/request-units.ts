/** What is counted of a request, because no provider counts it. */

import { stringOf } from '../document/readings.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { RawData } from './raw-data.ts'

/** The characters that shall be spoken. Empty for every other operation. */
export function requestUnits({ operation, body }: Pick<Exchange, 'operation' | 'body'>): RawData {
  const text = operation === 'speech' ? stringOf(body?.root.get('input')) : undefined
  return text === undefined ? {} : { characters: [...text].length }
}
