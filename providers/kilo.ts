/** Kilo. Facts: https://kilo.ai/docs/gateway */

import { compatibleVendor } from './shared/compatible.ts'

export default compatibleVendor({
  name: 'kilo',
  description: 'Kilo',
  baseUrl: 'https://api.kilo.ai/api/gateway',
})
