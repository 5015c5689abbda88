/** Moonshot's Kimi by its coding plan. Facts: https://www.kimi.com/code/docs */

import { compatibleVendor } from './shared/compatible.ts'
import { kimiRules } from './shared/kimi.ts'

export default compatibleVendor({
  name: 'kimicode',
  description: 'Moonshot Kimi, coding plan',
  baseUrl: 'https://api.kimi.com/coding/v1',
  traits: () => ({ limitName: 'max_tokens', vendor: 'kimi' }),
  respell: kimiRules,
})
