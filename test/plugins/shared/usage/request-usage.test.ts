/** What is counted of requests. */

import { expect } from 'chai'
import { JsonDocument } from '../../../../core/document/document.ts'
import { Reply } from '../../../../core/upstream/reply.ts'
import { requestUsage } from '../../../../plugins/shared/usage/request-usage.ts'

const document = (body: object) => JsonDocument.parse(Buffer.from(JSON.stringify(body)))
const usageOf = (operation: string, body: object, status = 200) => requestUsage({ operation, body: document(body), reply: new Reply({ status }) })

describe('the usage of a request', () => {
  it('is the characters that were spoken', () => expect(usageOf('speech', { input: 'Tide at 9, 🌊' })?.raw).to.deep.equal({ characters: 12 }))
  it('is unknown of other operations', () => expect(usageOf('chat', { input: 'Tide' })).to.equal(undefined))
  it('is unknown where there is no text', () => expect(usageOf('speech', { input: 7 })).to.equal(undefined))
  it('is unknown where nothing was spoken', () => {
    expect(usageOf('speech', { input: 'Tide' }, 500)).to.equal(undefined)
    expect(requestUsage({ operation: 'speech', body: document({ input: 'Tide' }), reply: undefined })).to.equal(undefined)
  })
})
