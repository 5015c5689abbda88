import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { fromHere } from '../../../../core/config/problems/problems.ts'
import { explainPipeline } from '../../../../core/pipeline/plan/explain.ts'
import { compile } from '../../../support/compile.ts'

const directory = new URL('golden/', import.meta.url)

/** Set, it writes the plans anew; look at the difference before you commit it. */
const isUpdating = process.env['UPDATE_GOLDEN'] !== undefined

describe('compiled plans', () => {
  for (const name of readdirSync(directory)
    .filter(file => file.endsWith('.yaml'))
    .map(file => file.slice(0, -'.yaml'.length))) {
    it(`are those beside golden/${name}.yaml`, async () => {
      const plan = await explained(fileURLToPath(new URL(`${name}.yaml`, directory)))
      const file = new URL(`${name}.plan.txt`, directory)
      if (isUpdating) await writeFile(file, plan)
      expect(plan).to.equal(await readFile(file, 'utf8'))
    })
  }
})

/** The plans that the first line of the configuration asks for: `# explain: chat, models`. */
async function explained(file: string): Promise<string> {
  const [, names = ''] = /^# explain: (.*)$/m.exec(await readFile(file, 'utf8')) ?? []
  const generation = await compile(file)
  try {
    return names
      .split(', ')
      .map(name => {
        const plan = generation.plans.get(name)
        return `${plan === undefined ? `no pipeline ${name}` : explainPipeline(plan, generation.config)}\n`
      })
      .join('\n')
      .replaceAll(`${fromHere(fileURLToPath(directory))}/`, '')
  } finally {
    await generation.discard()
  }
}
