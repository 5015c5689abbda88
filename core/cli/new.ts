/** `tapline new plugin|provider|dialect|store <name>`: writes a skeleton that runs, and its test. */

import { join } from 'node:path'
import { suggestion } from '../config/problems/suggestion.ts'
import { dialect } from './new-dialect.ts'
import { store } from './new-store.ts'
import { moduleOf, packaged, type Files } from './provider-package.ts'
import { writeNew } from './write-new.ts'

const skeletons: Readonly<Record<string, (name: string) => Files>> = {
  plugin,
  provider: packaged('provider', provider),
  dialect: packaged('provider', dialect),
  store: packaged('store', store),
}

/** @throws Error for an unknown kind, an impossible name, or a file that is there already or cannot be written */
export async function scaffold(directory: string, kind: string, name: string): Promise<void> {
  const files = skeletons[kind]
  if (files === undefined) throw new Error(`"${kind}" is none of: ${Object.keys(skeletons).join(', ')}${suggestion(kind, Object.keys(skeletons))}`)
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) throw new Error(`"${name}" is no name: use lower-case letters, digits and hyphens`)
  for (const [path, text] of Object.entries(files(name))) {
    await writeNew(join(directory, path), text, { shown: path })
    console.log(`wrote ${path}`)
    if (path.includes('.test.')) console.log(`run it with: tapline test ${path}`)
  }
}

function plugin(name: string): Files {
  return {
    [`${name}.ts`]: `/** Say here in one line what this plugin does. */

import { block, definePlugin } from 'tapline'

export default definePlugin({
  name: '${name}',
  schema: {
    type: 'object',
    properties: {
      patterns: { type: 'array', items: { type: 'string' }, default: [], description: 'Regular expressions of what must not leave.' },
    },
  },
  setup({ options, regex }) {
    const patterns = options.patterns.map(regex)
    return {
      // The conversation, before it goes to a provider.
      prompt: ({ conversation }) => patterns.some(pattern => conversation.some(pattern)) ? block('pattern_found', 'Something in the prompt is not allowed') : undefined,
      // Each text of a streamed answer.
      stream: { lookbehind: 64, text: text => patterns.reduce((rest, pattern) => rest.replace(pattern, '[redacted]'), text) },
      // A plain answer.
      response: ({ reply }) => { for (const pattern of patterns) reply?.conversation?.rewrite(text => text.replace(pattern, '[redacted]')) },
    }
  },
})
`,
    [`${name}.test.ts`]: `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runPlugin } from 'tapline/testing'
import plugin from './${name}.ts'

test('${name} redacts what matches in an answer', async () => {
  const { reply } = await runPlugin(plugin, {
    options: { patterns: ['secret'] },
    request: { messages: [{ role: 'user', content: 'hello' }] },
    answer: 'the secret is out',
  })
  assert.equal(reply.text, 'the [redacted] is out')
})

test('${name} refuses a prompt with what matches', async () => {
  const { status, body } = await runPlugin(plugin, { options: { patterns: ['secret'] }, request: { messages: [{ role: 'user', content: 'a secret' }] } })
  assert.equal(status, 400)
  assert.equal(body.error.code, 'pattern_found')
})
`,
  }
}

function provider(name: string): Files {
  return {
    'index.js': moduleOf(
      name,
      `  dialects: ['openai-chat'],
  operations: {
    chat: 'POST /chat/completions',
    models: 'GET /models',
  },`,
    ),
    'index.test.js': `import { test } from 'node:test'
import { providerConformance } from 'tapline/testing'
import provider from './index.js'

for (const { name, run } of providerConformance(provider, import.meta.resolve('./index.js'))) test(name, run)
`,
  }
}
