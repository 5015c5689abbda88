/** Every configuration that the manual shows compiles, or fails as the manual says; what `explain` prints is what it prints. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ConfigError, formatProblem } from '../../core/config/problems/problems.ts'
import { explainPipeline } from '../../core/pipeline/plan/explain.ts'
import { Folder } from '../support/run-tapline.ts'
import { compile } from '../support/compile.ts'
import { filesFor, pages, root, titleOf, type Block, type Page } from './manual.ts'

/** Keeps providers of the examples from being asked for their models, and gives what the examples take from the environment. */
const env = { OPENAI_COMPATIBLE_MODELS: 'llama3.2', EU_KEY: 'key' }

describe('the configurations of the manual', () => {
  for (const page of pages) {
    page.blocks.forEach((block, index) => {
      if (block.language === 'yaml' && block.note === '') it(`${titleOf(block)} compiles`, () => withCompiled(page, block, () => {}))
      if (block.note === 'same')
        it(`${titleOf(block)} is ${block.argument}`, () => expect(block.text).to.equal(readFileSync(join(root, block.argument), 'utf8')))
      if (block.note === 'broken')
        it(`${titleOf(block)} fails as is said below it`, async () => expect(await failureOf(page, block)).to.equal(page.blocks[index + 1]?.text))
      if (block.note === 'explain') it(`${titleOf(block)} is what explain prints`, () => explains(page, page.blocks[index - 1] as Block, block))
    })
  }
})

async function withCompiled(page: Page, block: Block, look: (generation: Awaited<ReturnType<typeof compile>>, folder: string) => void): Promise<void> {
  await using folder = await Folder.make({ ...filesFor(page), 'tapline.yaml': block.text })
  const generation = await compile(join(folder.path, 'tapline.yaml'), env)
  try {
    look(generation, `${folder.path}/`)
  } finally {
    await generation.discard()
  }
}

/** The problems as `tapline check` prints them in the folder of the file. */
async function failureOf(page: Page, block: Block): Promise<string> {
  await using folder = await Folder.make({ ...filesFor(page), 'tapline.yaml': block.text })
  const cause = await compile(join(folder.path, 'tapline.yaml'), env).then(
    () => undefined,
    (cause: unknown) => cause,
  )
  if (!(cause instanceof ConfigError)) throw new Error('it compiled, or failed otherwise', { cause })
  return cause.problems.map(problem => `${formatProblem(problem).replaceAll(`${folder.path}/`, '')}\n`).join('')
}

/** A line `…` stands for any lines. */
async function explains(page: Page, configuration: Block, { argument, text }: Block): Promise<void> {
  await withCompiled(page, configuration, ({ plans }, folder) => {
    const plan = plans.get(argument)
    const said = plan === undefined ? '' : `${explainPipeline(plan)}\n`.replaceAll(folder, '')
    let from = 0
    for (const part of text.split(/^…\n/m)) {
      const at = said.indexOf(part, from)
      expect(at, `explain prints\n${said}\nand not, behind character ${from},\n${part}`).to.be.at.least(from)
      from = at + part.length
    }
  })
}
