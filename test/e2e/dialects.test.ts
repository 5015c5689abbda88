/** Which dialect a refusal is written in, where no route says it. */

import { expect } from 'chai'
import { Served } from '../support/serve.ts'

const version = { 'anthropic-version': '2023-06-01' }

describe('a route that serves callers of several dialects', () => {
  let served: Served
  before(async () => {
    served = await Served.start()
  })
  after(() => served.close())

  for (const [name, path, headers, isAnthropic] of [
    ['an unknown route', '/v1/nothing', {}, false],
    ["an unknown route, called by Anthropic's client", '/v1/nothing', version, true],
    ['an unknown route below /v1/messages', '/v1/messages/nothing', {}, true],
    ['a route that only begins like it', '/v1/messagesx', {}, false],
    ['a model that is not there', '/v1/models/nothing', {}, false],
    ["a model that is not there, for Anthropic's client", '/v1/models/nothing', version, true],
    ['a provider that is not there', '/p/nothing/x', {}, false],
    ["a provider that is not there, for Anthropic's client", '/p/nothing/x', version, true],
  ] as const) {
    it(`answers ${name} in ${isAnthropic ? "Anthropic's" : "OpenAI's"} envelope`, async () => {
      const answer = await served.call('GET', path, undefined, headers)
      const body = JSON.parse(answer.body.toString()) as { type?: string; error: object; request_id?: string }
      expect(answer.status).to.be.within(400, 404)
      if (isAnthropic)
        expect(body).to.deep.include({ type: 'error', request_id: answer.headers['request-id'] }).and.have.nested.property('error.details.error_code')
      else expect(body).to.have.all.keys('error').and.have.nested.property('error.code')
    })
  }

  it("goes by the header's presence, not by its value", async () => {
    const answer = await served.call('GET', '/v1/nothing', undefined, { 'anthropic-version': '' })
    expect(JSON.parse(answer.body.toString())).to.include({ type: 'error' })
  })

  it('asks for a credential in the dialect, too', async () => {
    const answer = await served.call('GET', '/v1/models', undefined, { ...version, authorization: 'Bearer wrong' })
    expect(answer.status).to.equal(401)
    expect(JSON.parse(answer.body.toString())).to.nested.include({ type: 'error', 'error.type': 'authentication_error' })
  })
})
