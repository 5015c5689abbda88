/** Flat headers: finding, replacing and leaving out. */

import { expect } from 'chai'
import { hasHeader, headerIn, headerPairs, headersIn, placeOfHeader, replaced, withoutHeaders } from '../../core/flat-headers.ts'

const headers = ['X-A', 'x-b', 'X-B', '1', 'x-b', '2']

describe('flat headers', () => {
  it('are found by their names in whatever case, never by their values', () => {
    expect([placeOfHeader(headers, 'x-B'), hasHeader(headers, 'X-b'), headerIn(headers, 'x-b')]).to.deep.equal([2, true, '1'])
    expect([placeOfHeader(headers, '1'), hasHeader(headers, '1'), headerIn(headers, '1')]).to.deep.equal([-1, false, undefined])
  })

  it('give all values of a repeated name', () => {
    expect(headersIn(headers, 'X-B')).to.deep.equal(['1', '2'])
  })

  it('give pairs of names, as they are spelled, and values', () => {
    expect(headerPairs(headers)).to.deep.equal([
      ['X-A', 'x-b'],
      ['X-B', '1'],
      ['x-b', '2'],
    ])
  })

  it('make room for others of their names', () => {
    expect(replaced(headers, ['x-B', '3', 'X-C', '4'])).to.deep.equal(['X-A', 'x-b', 'x-B', '3', 'X-C', '4'])
  })

  it('are left out by name', () => {
    expect(withoutHeaders(headers, new Set(['x-b']))).to.deep.equal(['X-A', 'x-b'])
  })
})
