/** How the admin API spells the prices that administrators set. */

import { gatewayError } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import type { OverrideEndpoints } from '../shared/admin/selector-overrides.ts'
import bodies from '../../schemas/admin/pricing.schema.json' with { type: 'json' }
import prices from '../../schemas/records/pricing.schema.json' with { type: 'json' }
import type { PriceList } from './price-list.ts'

const { $defs: parts, $schema: _, ...list } = prices
const file = { $defs: { ...bodies.$defs, ...parts, PriceList: list } }

export const overrideEndpoints: OverrideEndpoints<PriceList> = {
  path: '/model-pricing-overrides',
  member: 'pricing',
  schemas: {
    list: definition(file, 'PricingOverrideList'),
    view: definition(file, 'PricingOverrideView'),
    write: definition(file, 'PricingOverrideWrite'),
    name: definition(file, 'PricingOverrideName'),
  },
  summaries: {
    list: 'Lists the prices that administrators set.',
    put: 'Sets prices for the models that a selector matches, overriding other sources.',
    delete: 'Removes prices.',
  },
  check(said) {
    if (Object.keys(said).every(name => name === 'currency')) throw gatewayError('invalid_value', 'pricing names no price', { param: 'pricing' })
  },
}
