import { expect } from 'chai'
import { checkOptions } from '../../../../core/config/schema/options.ts'
import type { OptionsSchema } from '../../../../core/plugin/schema.ts'

const schema: OptionsSchema = {
  type: 'object',
  required: ['word'],
  properties: {
    word: { type: 'string', minLength: 1 },
    wait: { format: 'duration', default: '500ms', minimum: 100 },
    most: { type: 'string', format: 'size', default: '1K' },
    loud: { type: 'boolean', default: false },
    key: { type: 'string', secret: true, pattern: '^sk-' },
    pattern: { type: 'string', format: 'regex' },
    place: { type: 'string', format: 'uri' },
    rules: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        properties: { name: { type: 'string' }, every: { format: 'seconds', default: 60 } },
        required: ['name'],
      },
    },
    nested: { type: 'object', properties: { deep: { type: 'integer', default: 3 } } },
    mode: { oneOf: [{ type: 'string', enum: ['a', 'b'] }, { type: 'integer' }] },
    groups: {
      type: 'object',
      propertyNames: { pattern: '^[a-z]+$' },
      additionalProperties: { type: 'object', properties: { ttl: { format: 'duration', default: '1s' } } },
    },
  },
}
const read = (given: unknown) => checkOptions(schema, given, () => undefined)
const messages = (given: unknown) => read(given).problems.map(({ pointer, message }) => `${pointer} ${message}`)

describe('checkOptions', () => {
  it('takes out what it does not know where that is tolerated, and refuses what is wrong all the same', () => {
    const told: string[] = []
    const tolerant = (options: OptionsSchema | undefined, given: unknown) => {
      const { value, problems } = checkOptions(
        options,
        given,
        () => undefined,
        ({ pointer, message }) => told.push(`${pointer} ${message}`),
      )
      return [value, problems.map(({ pointer }) => pointer)]
    }
    const given = { word: 'x', lod: true, rules: [{ name: 'a', evry: 1, every: 2 }] }
    expect(tolerant(schema, given)).to.deep.equal([{ word: 'x', wait: 500, most: 1024, loud: false, rules: [{ name: 'a', every: 2000 }] }, []])
    expect(tolerant(schema, { wrd: 'x', wait: 'soon' })[1]).to.deep.equal(['/word', '/wait'])
    expect(tolerant(undefined, { any: 1 })).to.deep.equal([{}, []])
    expect(told).to.deep.equal([
      '/lod unknown key; did you mean "loud"?',
      '/rules/0/evry unknown key; did you mean "every"?',
      '/wrd unknown key; did you mean "word"?',
      '/any this plugin takes no options',
    ])
  })

  it('reads units and lays defaults under what is given', () => {
    expect(read({ word: 'x', most: '2K', loud: 'yes' }).value).to.deep.equal({ word: 'x', wait: 500, most: 2048, loud: true })
  })

  it('reads items, members and alternatives', () => {
    const given = { word: 'x', rules: [{ name: 'a' }, { name: 'b', every: '5m' }], nested: {}, mode: '7', groups: { g: {}, h: { ttl: '2s' } } }
    expect(read(given)).to.deep.include({ problems: [] })
    expect(read(given).value).to.deep.include({
      rules: [
        { name: 'a', every: 60_000 },
        { name: 'b', every: 300_000 },
      ],
      nested: { deep: 3 },
      mode: 7,
      groups: { g: { ttl: 1000 }, h: { ttl: 2000 } },
    })
  })

  it('leaves what was given as it was', () => {
    const given = Object.freeze({ word: 'x', rules: Object.freeze([Object.freeze({ name: 'a' })]) })
    expect(read(given).problems).to.deep.equal([])
  })

  const wrong: readonly (readonly [unknown, string])[] = [
    [undefined, '/word missing; expected string that is not empty'],
    [{}, '/word missing; expected string that is not empty'],
    [{ wrod: 'x' }, '/wrod unknown key; did you mean "word"?'],
    [{ word: '' }, '/word expected string that is not empty, got ""'],
    [{ word: true }, '/word expected string that is not empty, got true'],
    [{ word: 'x', wait: '5' }, '/wait expected duration such as 500ms >= 100ms, got "5"'],
    [{ word: 'x', wait: '50ms' }, '/wait expected duration such as 500ms >= 100ms, got "50ms"'],
    [{ word: 'x', key: 'secret' }, '/key expected string that matches ^sk-, got <redacted>'],
    [{ word: 'x', pattern: '(?=a)' }, '/pattern expected regular expression without look-around and back-references, got "(?=a)"'],
    [{ word: 'x', place: 'nowhere' }, '/place expected URL, got "nowhere"'],
    [{ word: 'x', rules: [{ nam: 'a' }] }, '/rules/0/nam unknown key; did you mean "name"?'],
    [{ word: 'x', rules: 'a' }, '/rules expected list, got "a"'],
    [{ word: 'x', mode: 'c' }, '/mode expected one of a, b or integer, got "c"'],
    [{ word: 'x', groups: { G: {} } }, '/groups/G expected key that is a string that matches ^[a-z]+$'],
    ['x', ' expected map with word, got "x"'],
    [{ word: 'x'.repeat(100), mode: 'x'.repeat(100) }, `/mode expected one of a, b or integer, got "${'x'.repeat(76)}...`],
  ]
  for (const [given, message] of wrong) {
    it(`refuses ${JSON.stringify(given)?.slice(0, 60) ?? 'nothing'}`, () => {
      expect(messages(given)).to.deep.equal([message])
    })
  }

  it('points where the caller says that the options were written', () => {
    const { problems } = checkOptions(schema, { word: 'x', lod: 1 }, pointer => ({
      file: 'tapline.yaml',
      line: 4,
      column: 2,
      pointer: `/pipelines/chat/0/insert/options${pointer}`,
    }))
    expect(problems).to.deep.equal([
      { file: 'tapline.yaml', line: 4, column: 2, pointer: '/pipelines/chat/0/insert/options/lod', message: 'unknown key; did you mean "loud"?' },
    ])
  })

  it('allows no options where a plugin has none', () => {
    expect(checkOptions(undefined, undefined, () => undefined)).to.deep.equal({ value: {}, problems: [] })
    expect(checkOptions(undefined, {}, () => undefined)).to.deep.equal({ value: {}, problems: [] })
    expect(checkOptions(undefined, { a: 1 }, () => undefined).problems).to.deep.equal([{ pointer: '/a', message: 'this plugin takes no options' }])
    expect(checkOptions(undefined, 'a', () => undefined).problems).to.have.length(1)
  })

  it('takes options that the schema does not name only if it says so', () => {
    const kept = (more: OptionsSchema) => checkOptions({ type: 'object', properties: { a: { type: 'string' } }, ...more }, { b: '1' }, () => undefined)
    expect(kept({}).problems).to.have.length(1)
    expect(kept({ additionalProperties: true })).to.deep.equal({ value: { b: '1' }, problems: [] })
    expect(kept({ additionalProperties: { type: 'integer' } })).to.deep.equal({ value: { b: 1 }, problems: [] })
    expect(
      checkOptions({ oneOf: [{ type: 'object', required: ['b'], properties: { b: { type: 'string' } } }] }, { b: '1' }, () => undefined).problems,
    ).to.deep.equal([])
  })

  it('shows a secret only if there is nothing to it', () => {
    const secret: OptionsSchema = { type: 'object', properties: { key: { type: 'string', minLength: 1, secret: true } } }
    expect(checkOptions(secret, { key: '' }, () => undefined).problems[0]?.message).to.equal('expected string that is not empty, got ""')
  })

  it('refuses a schema that is none, as a mistake of its author', () => {
    expect(() => checkOptions({ type: 'object', propertys: {} } as OptionsSchema, {}, () => undefined)).to.throw('propertys')
  })
})
