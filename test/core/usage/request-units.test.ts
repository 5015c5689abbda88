/** What is counted of requests. */

import { expect } from 'chai'
import { JsonDocument } from '../../../core/document/document.ts'
import { requestUnits } from '../../../core/usage/request-units.ts'

const unitsOf = (operation: string, body: object) => requestUnits({ operation, body: JsonDocument.parse(Buffer.from(JSON.stringify(body))) })

describe('the units of a request', () => {
  it('are the characters that shall be spoken', () => expect(unitsOf('speech', { input: 'Tide at 9, 🌊' })).to.deep.equal({ characters: 12 }))
  it('are none of other operations', () => expect(unitsOf('chat', { input: 'Tide' })).to.deep.equal({}))
  it('are none where there is no text', () => {
    expect(unitsOf('speech', { input: 7 })).to.deep.equal({})
    expect(requestUnits({ operation: 'speech', body: undefined })).to.deep.equal({})
  })
})
