/** Chutes. Facts: https://chutes.ai/docs */

import { compatibleVendor } from './shared/compatible.ts'

export default compatibleVendor({
  name: 'chutes',
  description: 'Chutes',
  baseUrl: 'https://llm.chutes.ai/v1',
})
