/** Prices in what configuration and providers say of models: what a provider lists as one and is none is passed over. */

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { ModelMetadata } from '../../core/index.ts'
import schema from '../../schemas/records/pricing.schema.json' with { type: 'json' }
import type { PriceList } from './price-list.ts'

let validate: ValidateFunction | undefined

/** Undefined if no price is said. */
export function pricesIn(metadata: ModelMetadata | undefined): PriceList | undefined {
  const members = saidIn(metadata).filter(([name, value]) => isPrice(name, value))
  return members.length === 0 ? undefined : Object.fromEntries(members)
}

function saidIn(metadata: ModelMetadata | undefined): readonly (readonly [name: string, value: unknown])[] {
  const said = metadata?.['pricing']
  return typeof said === 'object' && said !== null ? Object.entries(said) : []
}

function isPrice(name: string, value: unknown): boolean {
  validate ??= new Ajv2020({ strict: true, strictTypes: false, validateSchema: false }).compile(schema)
  return validate({ [name]: value })
}
