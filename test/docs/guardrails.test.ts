/** The manual's page on guardrails says what their schemas say. */

import { expect } from 'chai'
import { load } from '../../core/plugin/load.ts'
import { entityNames } from '../../plugins/pii/recognisers.ts'
import { vendorNames } from '../../plugins/secrets/vendors.ts'
import { page } from './manual.ts'

interface Property {
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly items?: Property
}

const { text } = page('docs/guardrails.md')
const sections = new Map(
  text
    .split(/^### /m)
    .slice(1)
    .map(section => [/^`(\w+)`/.exec(section)?.[1] ?? '', section]),
)

describe('docs/guardrails.md', () => {
  for (const [type, section] of sections) {
    it(`names every option of ${type}, and its default`, async () => {
      const { definition } = await load('plugin', type.replaceAll('_', '-'), '/', { searchPaths: [], foreignAllowed: false })
      const properties = (definition.schema?.properties ?? {}) as Readonly<Record<string, Property>>
      const rows = Object.entries(properties)
        .filter(([name]) => name !== 'compat_headers')
        .map(([name, property]) => row(name, property, definition.schema?.required?.includes(name) === true))
      expect(section).to.include(['| option | default | description |', '|---|---|---|', ...rows].join('\n'))
    })
  }

  it('names what is recognised', () => {
    expect(entityNames.filter(name => !text.includes(`\`${name}\``))).to.deep.equal([])
    expect(vendorNames.filter(name => !text.includes(`\`${name}\``))).to.deep.equal([])
  })
})

function row(name: string, { description = '', default: value, enum: words, items }: Property, isRequired: boolean): string {
  const list = words ?? (Array.isArray(value) && value.length > 10 ? undefined : items?.enum)
  const choice = list === undefined ? '' : `${list.map(word => `\`${String(word)}\``).join(', ')}. `
  return `| \`${name}\` | ${isRequired ? 'required' : defaultOf(value)} | ${choice}${description.replaceAll('|', '\\|')} |`
}

function defaultOf(value: unknown): string {
  if (value === undefined) return ''
  if (Array.isArray(value) && value.length > 10) return 'all'
  return typeof value === 'string' ? `\`${value}\`` : `\`${JSON.stringify(value)}\``
}
