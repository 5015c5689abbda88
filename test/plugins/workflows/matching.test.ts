import { expect } from 'chai'
import type { WorkflowScope } from '../../../core/services/workflows.ts'
import { MatchTable } from '../../../plugins/workflows/match-table.ts'
import { candidates, displayOf, everything, keyOf, scopeOf, typeOf } from '../../../plugins/workflows/scope.ts'

/** `P+M+/a` as a scope. */
function scope(text: string): WorkflowScope {
  const [path = '', ...targets] = text.split('+').reverse()
  return path.startsWith('/')
    ? scopeOf(targets.at(-1) ?? '', targets.length > 1 ? (targets[0] ?? '') : '', path)
    : scopeOf(text.split('+')[0] ?? '', text.split('+')[1] ?? '', '')
}

const global = ''
/** Of P, `:latest` may stand at the end of an id, or not. */
const canonical = (provider: string, model: string) => (provider === 'P' ? model.replace(/:latest$/, '') : model)
const tableOf = (standing: readonly string[]) =>
  new MatchTable(
    standing.map(text => [scope(text), text] as const),
    canonical,
  )
const order = ['P+M+/a/b/c', 'P+/a/b/c', '/a/b/c', 'P+M+/a/b', 'P+/a/b', '/a/b', 'P+M+/a', 'P+/a', '/a', 'P+M+/', 'P+/', '/', 'P+M', 'P', global]

describe('the scopes of workflows', () => {
  it('are looked for with the deepest path first, each with the model, the provider and neither', () => {
    expect(candidates('P', 'M', '/a/b/c')).to.deep.equal(order.map(scope))
  })

  it('leave paths out where the request has none', () => {
    expect(candidates('P', 'M', '')).to.deep.equal(order.slice(-3).map(scope))
  })

  it('leave models and providers out where nobody knows them', () => {
    expect(candidates('', '', '/a')).to.deep.equal(['/a', '/', global].map(scope))
    expect(candidates('P', '', '')).to.deep.equal(['P', global].map(scope))
  })

  it('are known by a key that no other scope has, whatever models are called', () => {
    const scopes = [scopeOf('p', 'a:b', ''), scopeOf('p:a', 'b', ''), scopeOf('p', 'a', ':b'), scopeOf('p', 'a","b', ''), everything]
    expect(new Set(scopes.map(keyOf))).to.have.property('size', scopes.length)
  })

  for (const [text, type, display] of [
    [global, 'global', 'everything'],
    ['P', 'provider', 'P'],
    ['P+M', 'provider_model', 'P/M'],
    ['/a', 'path', '/a'],
    ['P+/a', 'provider_path', 'P under /a'],
    ['P+M+/a', 'provider_model_path', 'P/M under /a'],
  ] as const) {
    it(`are of the type ${type}, and shown as "${display}"`, () => {
      expect([typeOf(scope(text)), displayOf(scope(text))]).to.deep.equal([type, display])
    })
  }
})

describe('the table of workflows', () => {
  it('finds what the order of the scopes says, whichever workflows there are', () => {
    for (let first = 0; first < order.length; first++) {
      const standing = order.slice(first)
      const table = tableOf(standing)
      expect(table.find('P', 'M', '/a/b/c')).to.equal(standing[0])
    }
  })

  it('finds the first candidate for every set of workflows and every request', () => {
    const requests = ['P', 'Q', ''].flatMap(provider =>
      ['M', 'N'].flatMap(model => ['/a/b/c', '/a/b', '/ab', '/', '', '/x'].map(path => [provider, model, path] as const)),
    )
    for (let set = 1; set < 1 << order.length; set += 37) {
      const standing = new Map(order.filter((_, index) => (set & (1 << index)) !== 0).map(text => [keyOf(scope(text)), text]))
      const table = tableOf(order.filter((_, index) => (set & (1 << index)) !== 0))
      for (const request of requests) {
        const expected = candidates(...request)
          .map(candidate => standing.get(keyOf(candidate)))
          .find(found => found !== undefined)
        expect(table.find(...request), `${request.join(' ')} among ${[...standing.values()].join(', ')}`).to.equal(expected)
      }
    }
  })

  const rows: readonly (readonly [standing: readonly string[], request: readonly [string, string, string], found: string | undefined])[] = [
    [['/', 'P'], ['P', 'M', ''], 'P'],
    [['/'], ['P', 'M', ''], undefined],
    [['/'], ['P', 'M', '/any'], '/'],
    [['/a', 'P+M'], ['P', 'M', '/a/b'], '/a'],
    [['/a'], ['P', 'M', '/ab'], undefined],
    [['P+M+/a', '/a/b'], ['P', 'M', '/a/b'], '/a/b'],
    [['P+M+/a', 'P+/a'], ['P', 'N', '/a'], 'P+/a'],
    [['P+M', global], ['Q', 'M', '/a'], global],
    [[], ['P', 'M', '/a'], undefined],
    [['P+M', 'P'], ['P', 'M:latest', ''], 'P+M'],
    [['P+M:latest', 'P'], ['P', 'M', ''], 'P+M:latest'],
    [['P+M:latest', 'P+M'], ['P', 'M', ''], 'P+M'],
    [['Q+M'], ['Q', 'M:latest', ''], undefined],
  ]
  for (const [standing, request, found] of rows) {
    it(`finds ${found === undefined ? 'nothing' : found || 'the global one'} for ${request.join(' ')} among ${standing.map(text => text || 'the global one').join(', ') || 'none'}`, () => {
      expect(tableOf(standing).find(...request)).to.equal(found)
    })
  }
})
