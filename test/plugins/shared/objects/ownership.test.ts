import { expect } from 'chai'
import { isVisible, scopeOf } from '../../../../plugins/shared/objects/ownership.ts'

describe('ownership', () => {
  const cases: readonly [owner: string, bound: string | undefined, isReached: boolean][] = [
    ['/acme', undefined, true],
    ['', undefined, true],
    ['', '', true],
    ['', '/', true],
    ['/acme', '/', true],
    ['/acme', '/acme', true],
    ['/acme/team-a', '/acme', true],
    ['/acme', '/acme/team-a', false],
    ['/acme-two', '/acme', false],
    ['/Acme', '/acme', false],
    ['', '/acme', false],
    ['/', '/acme', false],
  ]
  for (const [owner, bound, isReached] of cases) {
    it(`${isReached ? 'lets' : 'keeps'} a caller bound to ${bound ?? 'nothing'} ${isReached ? 'reach' : 'from'} what belongs to ${owner === '' ? 'nobody' : owner}`, () => {
      expect(isVisible(owner, { method: 'api_key', ...(bound === undefined ? {} : { userPath: bound }) })).to.equal(isReached)
    })
  }

  it('confines nobody whose credential is unknown to be bound', () => {
    expect(scopeOf(undefined)).to.equal(undefined)
  })
})
