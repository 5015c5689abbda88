import { expect } from 'chai'
import { normalizeBasePath } from '../../../core/config/base-path.ts'
import { complaints } from './given.ts'

const table: Readonly<Record<string, string | undefined>> = {
  '': '/',
  '/': '/',
  '//': '/',
  g: '/g',
  '/g/': '/g',
  'g//h/': '/g/h',
  '/a/./b': undefined,
  '/a/../b': undefined,
  '/a?b': undefined,
  '/a#b': undefined,
  '/a%2Fb': undefined,
  '/a.b': '/a.b',
}

describe('the base path', () => {
  for (const [path, normal] of Object.entries(table)) {
    it(normal === undefined ? `cannot be "${path}"` : `is "${normal}" for "${path}"`, () => {
      expect(normalizeBasePath(path)).to.equal(normal)
    })
  }

  it('is pointed at when it cannot be one', async () => {
    expect(await complaints({ yaml: 'server: { base_path: /a/.. }' })).to.deep.equal([
      'tapline.yaml:1:11  /server/base_path  expected path without . and .. segments, ?, #, % and blanks, got "/a/.."',
    ])
  })
})
