/** The manual's list of errors is that of the code. */

import { expect } from 'chai'
import { codes } from '../../core/errors.ts'
import { page } from './manual.ts'

describe('docs/errors.md', () => {
  const rows = [...page('docs/errors.md').text.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, code = '', status]) => [code, Number(status)] as const)

  it('lists every code with its status, and no other', () => {
    expect(Object.fromEntries(rows)).to.deep.equal(Object.fromEntries(Object.entries(codes).map(([code, { status }]) => [code, status])))
  })

  it('lists them in order, each once', () => {
    const names = rows.map(([code]) => code)
    expect(names).to.deep.equal([...new Set(names)].sort())
  })
})
