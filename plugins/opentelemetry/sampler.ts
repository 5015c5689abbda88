/** Which traces are recorded. */

import { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, TraceIdRatioBasedSampler, type Sampler } from '@opentelemetry/sdk-trace'
import type { Options } from './settings.ts'

export function samplerOf({ sampler, sampler_arg: ratio = 1 }: Options): Sampler {
  const root = rootOf(sampler.replace('parentbased_', ''), ratio)
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root
}

function rootOf(word: string, ratio: number): Sampler {
  switch (word) {
    case 'always_on':
      return new AlwaysOnSampler()
    case 'always_off':
      return new AlwaysOffSampler()
    default:
      return new TraceIdRatioBasedSampler(ratio)
  }
}
