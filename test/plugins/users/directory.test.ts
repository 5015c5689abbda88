import { expect } from 'chai'
import { Directory, readSegment, type DirectoryContent } from '../../../plugins/users/directory.ts'

const times = { created_at: 0, updated_at: 0 }
/** `eng>all` is the group `eng` in the group `all`; `u1=ann@eng` the user `u1`, named `ann`, in the group `eng`. */
const content = (...texts: string[]): DirectoryContent => ({
  groups: Object.fromEntries(
    texts
      .filter(text => !text.includes('='))
      .map(text => {
        const [name = '', parent = null] = text.split('>')
        return [name, { parent, ...times }]
      }),
  ),
  users: Object.fromEntries(
    texts
      .filter(text => text.includes('='))
      .map(text => {
        const [id = '', name = '', group = null] = text.split(/[=@]/)
        return [id, { name, group, description: '', ...times }]
      }),
  ),
})

describe('the directory', () => {
  it('places users below their groups', () => {
    const directory = new Directory(content('backend>eng', 'eng', 'u1=ann@backend', 'u2=bob'))
    expect([directory.pathOf('u1'), directory.pathOf('u2'), directory.pathOfGroup('backend'), directory.pathOf('u3')]).to.deep.equal([
      '/eng/backend/ann',
      '/bob',
      '/eng/backend',
      undefined,
    ])
  })

  const finds: readonly [string, string | undefined, readonly string[]][] = [
    ['/eng/backend/ann', 'u1', ['backend', 'eng']],
    ['/eng/backend/ann/app/x', 'u1', ['backend', 'eng']],
    ['/eng/backend', undefined, ['backend', 'eng']],
    ['/eng', undefined, ['eng']],
    ['/eng/backend/anna', undefined, ['backend', 'eng']],
    ['/engineering/ann', undefined, []],
    ['/', undefined, []],
    ['', undefined, []],
  ]
  for (const [path, user, groups] of finds)
    it(`knows who is at ${JSON.stringify(path)}`, () => {
      const directory = new Directory(content('backend>eng', 'eng', 'u1=ann@backend'))
      expect([directory.at(path), directory.groups(path)]).to.deep.equal([user, groups])
    })

  const wrong: readonly [string, DirectoryContent, string][] = [
    ['a group within itself', content('a>a'), 'groups lead in a circle: a → a'],
    ['groups in a circle', content('a>b', 'b>c', 'c>a'), 'groups lead in a circle: a → b → c → a'],
    ['a parent that is not there', content('a>b'), 'there is no group "b"'],
    ['a group that is not there', content('u1=ann@b'), 'there is no group "b"'],
    ['two users at one path', content('u1=ann', 'u2=ann'), 'another group or user stands at /ann'],
    ['a user where a group is', content('ann', 'u1=ann'), 'another group or user stands at /ann'],
    ['a parent that objects inherit', content('a>constructor'), 'there is no group "constructor"'],
  ]
  for (const [what, given, message] of wrong) it(`refuses ${what}`, () => expect(() => new Directory(given)).to.throw(message))
})

describe('a name in the directory', () => {
  for (const [given, forbidden] of [
    ['', '/'],
    [' ', '/'],
    ['.', '/'],
    ['..', '/'],
    ['a/b', '/'],
    ['a:b', '/'],
    ['a,b', '/,'],
  ] as const)
    it(`is not ${JSON.stringify(given)}`, () => expect(() => readSegment(given, 'name', forbidden)).to.throw('name must be a name without'))
  it('is trimmed, and may have blanks, commas and letters of any kind within', () => expect(readSegment(' Ánn, Smith ', 'name')).to.equal('Ánn, Smith'))
})
