import { expect } from 'chai'
import { PathIndex, type PathRule } from '../../../../plugins/shared/limits/path-index.ts'

interface Named extends PathRule {
  readonly name: string
}

const rules: readonly Named[] = [
  { name: 'all', subject: '/', per_child: false },
  { name: 'each', subject: '/', per_child: true },
  { name: 'team', subject: '/team', per_child: false },
  { name: 'member', subject: '/team', per_child: true },
  { name: 'deep', subject: '/team/a/b', per_child: false },
]

const index = new PathIndex(rules, (rule, subject) => [{ rule, subject }])

describe('the index of user paths', () => {
  const cases: readonly [string, readonly string[]][] = [
    ['', ['all of /']],
    ['/', ['all of /']],
    ['/other', ['all of /', 'each of /other']],
    ['/other/x/y', ['all of /', 'each of /other']],
    ['/team', ['all of /', 'each of /team', 'team of /team']],
    ['/teams', ['all of /', 'each of /teams']],
    ['/team/a', ['all of /', 'each of /team', 'member of /team/a', 'team of /team']],
    ['/team/a/b/c', ['all of /', 'deep of /team/a/b', 'each of /team', 'member of /team/a', 'team of /team']],
  ]
  for (const [path, expected] of cases) {
    it(`finds what holds for ${JSON.stringify(path)}`, () => {
      const found = () =>
        index
          .of(path)
          .map(({ rule: { name }, subject }) => `${name} of ${subject}`)
          .sort()
      expect(found()).to.deep.equal(expected)
      expect(found()).to.deep.equal(expected)
    })
  }

  it('knows the children of a template that were asked for', () => {
    expect(index.childrenOf(rules[3] as Named)).to.deep.equal(['/team/a'])
  })

  it('finds nothing where there is nothing', () => {
    expect(new PathIndex<Named, { readonly rule: Named; readonly subject: string }>([], () => []).of('/a')).to.deep.equal([])
  })
})
