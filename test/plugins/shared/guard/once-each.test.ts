import { expect } from 'chai'
import type { Exchange } from '../../../../core/index.ts'
import { onceEach } from '../../../../plugins/shared/guard/once-each.ts'

/** As much of an exchange as a slot looks at. */
const exchange = () => ({ slots: [] }) as unknown as Exchange

describe('what is asked once for each text', () => {
  const asked: string[] = []
  const ask = (text: string) => () => {
    asked.push(text)
    return text === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve(text.length)
  }
  beforeEach(() => {
    asked.length = 0
  })

  it('is asked once in a request, also while the answer is awaited', async () => {
    const [once, one] = [onceEach<number>(), exchange()]
    expect(await Promise.all(['a', 'bb', 'a'].map(text => once(one, text, ask(text))))).to.deep.equal([1, 2, 1])
    expect(await once(one, 'bb', ask('bb'))).to.equal(2)
    expect(asked).to.deep.equal(['a', 'bb'])
  })

  it('is asked again in another request', async () => {
    const once = onceEach<number>()
    await once(exchange(), 'a', ask('a'))
    await once(exchange(), 'a', ask('a'))
    expect(asked).to.deep.equal(['a', 'a'])
  })

  it('is asked again where it failed', async () => {
    const [once, one] = [onceEach<number>(), exchange()]
    for (let times = 0; times < 2; times++) expect(await once(one, 'bad', ask('bad')).catch((cause: Error) => cause.message)).to.equal('no')
    expect(asked).to.deep.equal(['bad', 'bad'])
  })
})
