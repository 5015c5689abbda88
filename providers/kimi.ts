/** Moonshot's Kimi. Facts: https://platform.moonshot.ai/docs */

import catalogue from './shared/catalogue.json' with { type: 'json' }
import { compatibleVendor } from './shared/compatible.ts'
import { kimiRules } from './shared/kimi.ts'

export default compatibleVendor({
  name: 'kimi',
  description: 'Moonshot Kimi',
  catalogue: catalogue.kimi,
  baseUrl: 'https://api.moonshot.ai/v1',
  respell: kimiRules,
})
