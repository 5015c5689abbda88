import { expect } from 'chai'
import { decodeEntry, encodeEntry, type Entry } from '../../../../plugins/shared/cache/entry.ts'
import { readFrom } from '../../../../core/neutral/usage.ts'

const small: Entry = { status: 200, contentType: 'x', headers: [], body: Buffer.from('y'), createdAt: 1, model: 'm', provider: 'p' }

describe('an entry', () => {
  for (const size of [0, 10, 4096, 4097, 200_000]) {
    it(`with a body of ${size} bytes comes back as it was`, async () => {
      const entry = { ...small, body: Buffer.alloc(size, 'ab'), headers: ['X-Tapline-Dropped', 'seed'], usage: { inputTokens: 1 }, marks: [0, 0, 7, 12] }
      const encoded = await encodeEntry(entry)
      if (size > 4096) expect(encoded.length).to.be.below(size / 2)
      expect(await decodeEntry(encoded)).to.deep.equal(entry)
    })
  }

  it('says what its usage was read from', async () => {
    const entry = { ...small, usage: readFrom({ prompt_tokens: 3 }, { inputTokens: 3 }) }
    expect((await decodeEntry(await encodeEntry(entry)))?.usage?.raw).to.deep.equal({ prompt_tokens: 3 })
  })

  it('of another version is none', async () => {
    const encoded = await encodeEntry(small)
    expect(await decodeEntry(Buffer.from(encoded.toString('latin1').replace('"v":2', '"v":1'), 'latin1'))).to.equal(undefined)
  })
})
