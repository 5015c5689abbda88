/** The steps of the default set can be taken out one by one: no default pipeline breaks for want of another's step. */

import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { compile } from '../../../support/compile.ts'
import { Folder } from '../../../support/run-tapline.ts'

const { steps } = parse(readFileSync(new URL('../../../../pipelines/inference.yaml', import.meta.url), 'utf8')) as { readonly steps: readonly string[] }

/** By these, other pipelines say where their own steps stand. */
const landmarks = ['models', 'usage']

describe('a pipeline of the default set', () => {
  for (const step of steps.filter(name => !landmarks.includes(name))) {
    it(`does without ${step}`, async () => {
      await using folder = await Folder.make({ 'tapline.yaml': { pipelines: { inference: [{ remove: step }], passthrough: false } } })
      const generation = await compile(join(folder.path, 'tapline.yaml'))
      const standing = [...generation.plans.values()]
        .filter(({ pipeline }) => ['chat', 'embeddings', 'messages', 'responses'].includes(pipeline.name))
        .flatMap(({ pipeline }) => pipeline.steps.map(({ name }) => name))
      await generation.discard()
      expect(standing).to.not.include(step)
      expect(standing).to.not.be.empty
    })
  }
})
