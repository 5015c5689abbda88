/** The manual's page on providers says what their files say. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse } from 'yaml'
import { defaultNames, load } from '../../core/plugin/load.ts'
import type { ProviderDefinition } from '../../core/plugin/provider.ts'
import { compile } from '../support/compile.ts'
import { ExampleFolder } from './folder.ts'
import { page, root, titleOf } from './manual.ts'

const manual = page('docs/providers.md')

/** What the page calls dialects, and the operation with which each is served. */
const words: Readonly<Record<string, readonly [dialect: string, operation: string]>> = {
  chat: ['openai-chat', 'chat'],
  responses: ['openai-responses', 'responses'],
  messages: ['anthropic-messages', 'messages'],
  gemini: ['gemini', 'generate'],
  converse: ['bedrock-converse', 'converse'],
  cohere: ['cohere', 'cohere_chat'],
}
/** Nothing leads there but a path that is passed through. */
const routeless = ['models', 'generate_stream', 'converse_stream', 'image_variations', 'cached_contents']

/** What can be done with objects that the vendor keeps is one word. */
const objects: readonly (readonly [operations: RegExp, word: string])[] = [
  [/^files_/, 'files'],
  [/^batches_/, 'batches'],
  [/^message_batches_/, 'message_batches'],
  [/^responses_(?:get|delete|cancel|input_items)$/, 'stored_responses'],
]
const shownAs = (operation: string) => objects.find(([operations]) => operations.test(operation))?.[1] ?? operation

interface Row {
  readonly variables: readonly string[]
  readonly base: string
  readonly native: readonly string[]
  readonly optional: readonly string[]
  readonly operations: readonly string[]
}

const rows = new Map(
  [...manual.text.matchAll(/^\| `([\w-]+)` \| (.*) \| (.*) \| (.*) \| ?(.*) \| ?.*\|$/gm)].map(
    ([, type = '', variables = '', base = '', speaks = '', further = '']): [string, Row] => {
      const [, native = '', optional = ''] = /^([^(]*)(?:\((.*)\))?$/.exec(speaks) ?? []
      return [type, { variables: ticked(variables), base, native: listed(native), optional: listed(optional), operations: listed(further.replaceAll('*', '')) }]
    },
  ),
)

const names = await defaultNames('provider')

describe('docs/providers.md', () => {
  it('has a row for each type, and no other', () =>
    expect([...rows.keys()].filter(type => type !== 'native' && type !== 'openai_compatible').sort()).to.deep.equal([...names]))

  for (const name of names) {
    it(`says of ${name} what its file says`, async () => {
      const { definition } = await load('provider', name, '/', { searchPaths: [], foreignAllowed: false })
      const { variables, base, native, optional, operations } = rows.get(name) as Row
      expect(variables).to.have.members(variablesOf(definition))
      expect(base).to.equal(baseOf(definition, base))
      if (name === 'ai-sdk') return
      const spoken = Object.entries(words)
        .filter(([, [dialect]]) => definition.dialects.includes(dialect))
        .map(([word]) => word)
      expect(native).to.have.members(spoken)
      expect(optional).to.have.members(
        Object.entries(words)
          .filter(([word, [, operation]]) => !spoken.includes(word) && definition.operations[operation] !== undefined)
          .map(([word]) => word),
      )
      if (name !== 'openai-compatible')
        expect(operations).to.have.members(
          [...new Set(Object.keys(definition.operations).map(shownAs))].filter(
            operation => !routeless.includes(operation) && !Object.values(words).some(([, own]) => own === operation),
          ),
        )
    })
  }

  it('names every member of the tables of models', async () => {
    for (const [types = '', members = ''] of [...manual.text.matchAll(/^\| (`[^|]*) \| (`(?:reasoning|thinking|vendor|family)`[^|]*) \|$/gm)].map(
      ([, ...cells]) => cells,
    )) {
      for (const type of ticked(types)) {
        const { definition } = await load('provider', type, '/', { searchPaths: [], foreignAllowed: false })
        const known = Object.keys(definition.schema?.properties?.['model_traits']?.items?.properties ?? {}).filter(member => member !== 'models')
        expect(ticked(members), type).to.have.members(known)
      }
    }
  })

  it('names every setting of the types that have a section', async () => {
    for (const type of [
      'openai-compatible',
      'vertex',
      'ai-sdk',
      'openrouter',
      'llmd',
      'opencode_go',
      'azure',
      'bedrock',
      'deepseek',
      'openai',
      'anthropic',
      'bedrock-mantle',
    ]) {
      const { definition } = await load('provider', type, '/', { searchPaths: [], foreignAllowed: false })
      for (const setting of Object.keys(definition.schema?.properties ?? {}))
        expect(manual.text, `${type}: ${setting}`).to.match(new RegExp(`[\`{ ]${setting}[\`:]`))
    }
  })

  for (const block of manual.blocks.filter(({ language }) => language === 'yaml')) {
    it(`${titleOf(block)} makes the instances that it names`, async () => {
      const { providers } = parse(block.text) as { readonly providers: object }
      await using folder = await ExampleFolder.make({
        'tapline.yaml': block.text,
        'node_modules/@ai-sdk/mistral/index.js': 'module.exports = { createMistral() {} }',
      })
      const generation = await compile(join(folder.path, 'tapline.yaml'))
      const made = [...generation.providers.keys()]
      await generation.discard()
      expect(made).to.include.members(Object.keys(providers))
    })
  }
})

function ticked(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)
}

function listed(text: string): readonly string[] {
  return text
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '' && word !== '–')
}

function variablesOf({ name, needs = [], needsOneOf = [], schema }: ProviderDefinition): readonly string[] {
  const prefix = name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
  const required = (schema?.required ?? []).flatMap(setting => schema?.properties?.[setting]?.env ?? [])
  return [...needs.map(need => need.toUpperCase()), ...needsOneOf.map(need => need.toUpperCase()), ...required].map(field => `${prefix}_${field}`)
}

/** A default that is never used, because the URL has to be given, is not shown. */
function baseOf({ baseUrl, needs = [], needsOneOf = [], baseUrlVariables, answer }: ProviderDefinition, said: string): string {
  if (answer !== undefined) return '–'
  if (baseUrl !== undefined && needsOneOf.join() !== 'base_url') return `\`${baseUrl}\``
  if (baseUrlVariables !== undefined) return 'from the region'
  return needs.includes('base_url') || needsOneOf.includes('base_url') ? 'yours' : said
}

describe('docs/writing-a-provider.md and docs/writing-a-dialect.md', () => {
  const membersOf = (file: string, name: string) => {
    const source = readFileSync(join(root, file), 'utf8')
    const body = new RegExp(`^export interface ${name}\\b[^{]*\\{\\n([^]*?)^\\}`, 'm').exec(source)?.[1] ?? ''
    return [...body.matchAll(/^ {2}(?:readonly )?(\w+)[?(:]/gm)].map(([, member = '']) => member)
  }
  const cases = [
    ['ProviderDefinition', 'core/plugin/provider.ts', 'docs/writing-a-provider.md'],
    ['ResolvedFacts', 'core/plugin/provider.ts', 'docs/writing-a-provider.md'],
    ['Dialect', 'core/plugin/dialect.ts', 'docs/writing-a-dialect.md'],
    ['StreamFormat', 'core/plugin/dialect.ts', 'docs/writing-a-dialect.md'],
    ['UpstreamSide', 'core/neutral/translation.ts', 'docs/writing-a-dialect.md'],
    ['SpelledRequest', 'core/neutral/translation.ts', 'docs/writing-a-dialect.md'],
    ['NeutralRequest', 'core/neutral/request.ts', 'docs/writing-a-dialect.md'],
  ] as const
  for (const [name, file, manual] of cases) {
    it(`speaks of every member of ${name}`, () => {
      const members = membersOf(file, name)
      expect(members).to.have.length.above(3)
      for (const member of members.filter(each => !['from', 'cache'].includes(each)))
        expect(page(manual).text, member).to.match(new RegExp(`\`(?:upstream\\.|caller\\.)?${member}\\b`))
    })
  }
})
