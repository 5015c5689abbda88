import { expect } from 'chai'
import { renewed } from '../../../../plugins/dialects/openai-responses/renewed.ts'

const plain = (id: string) =>
  JSON.stringify({ object: 'response', output: [{ id: 'msg_0123456789abcdef', text: `${id} ${id}` }], id, previous_response_id: null })
const event = (type: string, members: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
const stream = (id: string) =>
  event('response.created', { response: { metadata: { id: 'x' }, id } }) +
  event('response.output_text.delta', { delta: id, item_id: 'msg_0123456789abcdef' }) +
  event('response.completed', { response: { id, output: [{ id: 'msg_0123456789abcdef' }] } })

/** Ids as vendors give them, and what the new ones look like. */
const ids: Readonly<Record<string, RegExp>> = {
  resp_68af0e2c1a50819f8b1d5c6b7e8f90a1: /^resp_[0-9a-f]{32}$/,
  'ad5663da-63e6-86c6-e0be-ff15effa8351': /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  resp_123456: /^resp_[0-9a-f]{6}$/,
  Wx8QkzZ0rPmC: /^[0-9a-f]{12}$/,
}

describe('a response that is given a second time', () => {
  for (const [id, look] of Object.entries(ids)) {
    it(`has an id of its own, as long as ${id}`, () => {
      const one = JSON.parse(renewed(Buffer.from(plain(id))).toString()) as { id: string; output: { id: string; text: string }[] }
      expect(one.id).to.match(look).and.not.equal(id)
      expect(one.output).to.deep.equal([{ id: 'msg_0123456789abcdef', text: `${id} ${id}` }])
      const other = JSON.parse(renewed(Buffer.from(plain(id))).toString()) as { id: string }
      expect(other.id).not.to.equal(one.id)
    })

    it(`has it in each event of its stream, for ${id}`, () => {
      const bytes = renewed(Buffer.from(stream(id)))
      expect(bytes.length).to.equal(stream(id).length)
      const found = [...bytes.toString().matchAll(/"response":\{(?:"metadata":\{"id":"x"\},)?"id":"([^"]+)"/g)].map(([, its]) => its)
      expect(found).to.have.length(2)
      expect(new Set(found)).to.have.length(1)
      expect(found[0]).to.match(look).and.not.equal(id)
    })
  }

  it('stays as it is where there is no room for another id, or none', () => {
    for (const body of [plain('resp_1'), plain('a b'), '{"id":7}', '{}', 'data: [DONE]\n\n', 'no answer'])
      expect(renewed(Buffer.from(body)).toString()).to.equal(body)
  })
})
