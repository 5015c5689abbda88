/** How the admin API spells the prices that administrators set. */

import { invalidValue } from '../../core/errors.ts'
import { definition } from '../shared/admin/definition.ts'
import type { OverrideEndpoints } from '../shared/admin/selector-overrides.ts'
import bodies from '../../schemas/admin/pricing.schema.json' with { type: 'json' }
import prices from '../../schemas/records/pricing.schema.json' with { type: 'json' }
import { faultIn } from './price-fault.ts'
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
    const fault = faultIn(said)
    if (fault !== undefined) throw invalidValue(['pricing', ...fault.at].join('.'), fault.message)
  },
}
