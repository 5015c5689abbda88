/** Tells who chooses among targets which of them would be refused: those who limit targets say it here, so that neither needs the other. */

import { definePlugin, type Saturation, type Target } from '../../core/index.ts'
import { Offers } from '../shared/offers.ts'

export default definePlugin({
  name: 'saturation',
  description: 'Knows which targets would be refused now.',
  provides: 'saturation',
  setup() {
    const sources = new Offers<(target: Target) => boolean>()
    const service: Saturation = {
      refuses(target) {
        for (const source of sources.all) if (source(target)) return true
        return false
      },
      add: (name, source) => sources.add(name, source),
    }
    return { service }
  },
})
