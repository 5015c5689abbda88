/** What calls cost, as real providers report them: equal plain and streamed, native and translated. */

import { expect } from 'chai'
import { baseCounts } from '../../../plugins/shared/usage/base-counts.ts'
import { costOf } from '../../../plugins/pricing/cost.ts'
import { RateCard } from '../../../plugins/pricing/rate-card.ts'
import anthropic from '../../../providers/anthropic.ts'
import bedrock from '../../../providers/bedrock/index.ts'
import xai from '../../../providers/xai.ts'
import { anthropicShapes } from './shapes/anthropic.ts'
import { googleShapes } from './shapes/google.ts'
import { mediaShapes } from './shapes/media.ts'
import { openaiShapes } from './shapes/openai.ts'
import type { Shape } from './shapes/shape.ts'
import { waysToRead } from './shapes/voices.ts'

const shapes = [...openaiShapes, ...anthropicShapes, ...googleShapes, ...mediaShapes]
const definitions = new Map([anthropic, bedrock, xai].map(definition => [definition.name, definition]))

function costs(shape: Shape, read: ReturnType<typeof waysToRead>[number][1]) {
  const { type, endpoint = '/v1/chat/completions', at = '2026-03-04T12:00:00Z', prices } = shape
  const counts = baseCounts(read() ?? {}, definitions.get(type))
  return costOf({ provider: type, provider_name: type, model: 'm', timestamp: Date.parse(at), endpoint, ...counts }, () => new RateCard(prices))
}

function expectAmount(found: number | null, expected: number | null, what: string): void {
  if (found === null || expected === null) expect(found, what).to.equal(expected)
  else expect(found, what).to.be.closeTo(expected, 1e-12).and.at.least(0)
}

describe('the cost of a call', () => {
  for (const shape of shapes) {
    const { type, name, input, output, total = (input ?? 0) + (output ?? 0), source = 'model_pricing', caveat = null } = shape
    for (const [way, read] of waysToRead(shape)) {
      it(`is counted for ${type}: ${name}, ${way}`, () => {
        const cost = costs(shape, read)
        expectAmount(cost.input_cost, input, 'input')
        expectAmount(cost.output_cost, output, 'output')
        expectAmount(cost.total_cost, total, 'total')
        expect(cost).to.include({ cost_source: source, costs_calculation_caveat: caveat })
      })
    }
  }
})
