/** Eden AI. Facts: https://docs.edenai.co/v3 */

import { compatibleVendor } from './shared/compatible.ts'

export default compatibleVendor({
  name: 'edenai',
  description: 'Eden AI',
  baseUrl: 'https://api.edenai.run/v3',
})
