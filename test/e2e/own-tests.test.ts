import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Folder } from '../support/run-tapline.ts'

const main = join(import.meta.dirname, '../../core/main.ts')
const passing = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { definePlugin } from 'tapline'
import { runPlugin } from 'tapline/testing'

const plugin = definePlugin({ name: 'shy', setup: () => ({ prompt: ({ conversation }) => { conversation.rewrite(() => 'hm') } }) })

test('says little', async () => {
  const { upstream } = await runPlugin(plugin)
  assert.equal(upstream.messages[0].content, 'hm')
})
`

/** Runs `tapline test` in a folder in which nothing is installed. */
async function tested(files: Readonly<Record<string, string>>, ...names: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  await using folder = await Folder.make({ 'package.json': '{ "type": "module" }', ...files })
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env
  const child = spawn(process.execPath, [main, 'test', ...names], { cwd: folder.path, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, said: Buffer.concat(chunks).toString() }
}

describe('tapline test', () => {
  it('gives tests the running Tapline, though nothing is installed beside them', async () => {
    const { code, said } = await tested({ 'shy.test.ts': passing })
    expect(code, said).to.equal(0)
    expect(said).to.match(/pass 1\b/)
  })

  it('runs those that are named, and fails when one of them fails', async () => {
    const { code, said } = await tested({ 'shy.test.ts': passing, 'loud.test.ts': passing.replace("'hm')", "'HM')") }, 'loud.test.ts')
    expect(code).to.equal(1)
    expect(said)
      .to.match(/pass 0\b/)
      .and.match(/fail 1\b/)
  })
})
