/** Meta. Facts: https://llama.developer.meta.com/docs */

import { compatibleVendor } from './shared/compatible.ts'

export default compatibleVendor({
  name: 'meta',
  description: 'Meta',
  baseUrl: 'https://api.meta.ai/v1',
})
