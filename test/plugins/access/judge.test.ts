import { expect } from 'chai'
import type { AccessSource, Asking, ModelPolicy } from '../../../core/services/access.ts'
import { SelectorLists } from '../../../plugins/shared/models/selected-models.ts'
import { AccessPolicy } from '../../../plugins/access/access-policy.ts'

/** With groq, `:latest` may stand at the end of an id, or not. */
const canonical = (provider: string, model: string) => (provider === 'groq' ? model.replace(/:latest$/, '') : model)
const judge = (source: AccessSource, enabledByDefault = true) => {
  const made = new AccessPolicy({ enabledByDefault, lists: new SelectorLists(['openai', 'groq'], canonical) })
  made.add(source)
  return made
}
const policies = (said: Readonly<Record<string, Partial<ModelPolicy>>>): AccessSource => ({
  policies: new Map(Object.entries(said).map(([selector, policy]) => [selector, { enabled: true, userPaths: [], groups: [], ...policy }])),
})
const paths = (said: Readonly<Record<string, readonly string[]>>): AccessSource => ({ restrictedPaths: Object.keys(said), allowlist: path => said[path] })
const at = (userPath: string, allowedModels?: readonly string[]): Asking => ({
  userPath,
  caller: { method: 'api_key', ...(allowedModels === undefined ? {} : { allowedModels }) },
})

describe('who may use a model by its policy', () => {
  const off = { enabled: false }
  const rows: readonly [string, string, Readonly<Record<string, Partial<ModelPolicy>>>, string, boolean][] = [
    ['everybody, where none says anything', 'default', {}, '/a', true],
    ['nobody, where none says anything and models are closed by default', 'closed', {}, '/a', false],
    ['who a policy opens it for, though models are closed by default', 'closed', { 'openai/x': {} }, '/a', true],
    ['nobody where it is off', 'default', { 'openai/x': off }, '', false],
    ['the policy of the very model counts first', 'default', { 'openai/x': {}, 'openai/': off, x: off, '/': off }, '/a', true],
    ['then that of the provider', 'default', { 'openai/': {}, x: off, '/': off }, '/a', true],
    ['then that of the id', 'default', { x: {}, '/': off }, '/a', true],
    ['then that of everything', 'default', { '/': off }, '/a', false],
    ['no two policies are joined', 'default', { 'openai/x': { userPaths: ['/a'] }, 'openai/': { userPaths: ['/b'] } }, '/b', false],
    ['those at a path', 'default', { x: { userPaths: ['/team'] } }, '/team', true],
    ['those below a path', 'default', { x: { userPaths: ['/team'] } }, '/team/x', true],
    ['nobody whose path begins alike', 'default', { x: { userPaths: ['/team'] } }, '/team-alpha', false],
    ['nobody without a path', 'default', { x: { userPaths: ['/team'] } }, '', false],
    ['those without a path, for /', 'default', { x: { userPaths: ['/'] } }, '', true],
    ['the members of a group', 'default', { x: { groups: ['ops'] } }, '/ops/ann', true],
    ['nobody of another group', 'default', { x: { groups: ['gone'] } }, '/ops/ann', false],
    ['the members of a group, or those at a path', 'default', { x: { userPaths: ['/team'], groups: ['ops'] } }, '/ops/ann', true],
    ['nobody at a path where it is off', 'default', { x: { enabled: false, userPaths: ['/team'] } }, '/team', false],
  ]
  for (const [what, mode, said, path, may] of rows)
    it(what, () => {
      const source = { ...policies(said), groups: (asked: string) => (asked.startsWith('/ops') ? ['ops'] : []) }
      expect(judge(source, mode === 'default').denial(at(path), 'openai', 'x')).to.deep.equal(may ? undefined : { by: 'policy' })
    })
})

describe('who may use a model whose id has several spellings', () => {
  const off = { enabled: false }
  for (const called of ['x', 'x:latest']) {
    for (const named of ['groq/x', 'groq/x:latest', 'x', 'x:latest']) {
      it(`is told by a policy of ${named}, as ${called}`, () => {
        const made = judge(policies({ [named]: off }))
        expect(made.denial(at('/a'), 'groq', called)).to.deep.equal({ by: 'policy' })
        expect(made.policyOf('groq', called)?.selector).to.equal(named)
      })
      it(`is told by a list with ${named}, as ${called}`, () => {
        expect(judge({}).denial(at('/a', [named]), 'groq', called)).to.equal(undefined)
        expect(judge(paths({ '/a': [named] })).denial(at('/a'), 'groq', called)).to.equal(undefined)
      })
    }
  }
  it('is told by the policy of the spelling that is called, if each has one', () => {
    const made = judge(policies({ 'groq/x': off, 'groq/x:latest': {} }))
    expect(['x', 'x:latest'].map(model => made.policyOf('groq', model)?.selector)).to.deep.equal(['groq/x', 'groq/x:latest'])
  })
  it('is nobody of other providers', () => {
    expect(judge(policies({ x: off })).denial(at('/a'), 'openai', 'x:latest')).to.equal(undefined)
    expect(judge({}).denial(at('/a', ['x']), 'openai', 'x:latest')).to.deep.equal({ by: 'key' })
  })
})

describe('who may use a model by the lists of keys and paths', () => {
  const rows: readonly [string, Readonly<Record<string, readonly string[]>>, Asking, object | undefined][] = [
    ['everybody without lists', {}, at('/a'), undefined],
    ['a key that names it', {}, at('/a', ['openai/x']), undefined],
    ['no key that names others', {}, at('/a', ['openai/y']), { by: 'key' }],
    ['a key with an empty list', {}, at('/a', []), undefined],
    ['the path that names it', { '/a': ['openai/'] }, at('/a'), undefined],
    ['no path that names others', { '/a': ['groq/'] }, at('/a'), { by: 'path', path: '/a' }],
    ['nobody below such a path', { '/a': ['groq/'] }, at('/a/b/c'), { by: 'path', path: '/a' }],
    ['nobody who is kept from it further up, whatever stands below', { '/': ['groq/'], '/a': ['openai/'] }, at('/a'), { by: 'path', path: '/' }],
    ['who finds it in all lists', { '/': ['x'], '/a': ['openai/'], '/a/b': ['openai/x', 'openai/y'] }, at('/a/b', ['*']), undefined],
    ['who passes an empty list on the way', { '/': ['x'], '/a': [] }, at('/a/b'), undefined],
    ['no key whose path is kept from it', { '/a': ['groq/'] }, at('/a', ['openai/x']), { by: 'path', path: '/a' }],
    ['no key that is kept from it, whatever its path says: the key is named first', { '/a': ['groq/'] }, at('/a', ['groq/x']), { by: 'key' }],
    ['a neighbour', { '/a': ['groq/'] }, at('/ab'), undefined],
    ['nobody without a path, if / is kept from it', { '/': ['groq/'] }, at(''), { by: 'path', path: '/' }],
    ['the master key without a path', { '/': ['groq/'] }, { userPath: '', caller: { method: 'master_key' } }, undefined],
    ['no master key with such a path', { '/': ['groq/'] }, { userPath: '/a', caller: { method: 'master_key' } }, { by: 'path', path: '/' }],
  ]
  for (const [what, said, asking, denial] of rows) it(what, () => expect(judge(paths(said)).denial(asking, 'openai', 'x')).to.deep.equal(denial))

  it('is told of every key and path', () => {
    const made = judge({ ...paths({ '/a': ['x'] }), keys: [{ name: 'k', userPath: '/a', allowedModels: ['y'] }] })
    expect(made.allowlists).to.deep.equal([{ path: '/a', allowedModels: ['x'] }])
    expect(made.keys.map(({ name }) => name)).to.deep.equal(['k'])
  })

  it('is as it was, when who said otherwise has withdrawn', () => {
    const made = judge({})
    const withdraw = made.add(policies({ '/': { enabled: false } }))
    expect(made.denial(at('/a'), 'openai', 'x')).to.deep.equal({ by: 'policy' })
    withdraw()
    expect(made.denial(at('/a'), 'openai', 'x')).to.equal(undefined)
  })
})
