import { expect } from 'chai'
import type { ProviderCall } from '../../core/index.ts'
import demo from '../../providers/demo/index.ts'

interface Answer {
  readonly data: readonly { readonly embedding: readonly number[] | string }[]
  readonly usage: { readonly prompt_tokens: number }
  readonly error: { readonly param: string }
}

async function embed(request: Readonly<Record<string, unknown>>): Promise<{ readonly status: number; readonly answer: Answer }> {
  const call = { operation: 'embeddings', body: Buffer.from(JSON.stringify({ model: 'demo-embedding', ...request })) } as ProviderCall
  const answered = await demo.answer?.(call, { name: 'demo', type: 'demo' })
  if (!(answered?.body instanceof Buffer)) throw new Error('the demo gave no whole answer')
  const { status, body } = answered
  return { status, answer: JSON.parse(body.toString()) as Answer }
}

async function vectors(...input: readonly unknown[]): Promise<readonly (readonly number[])[]> {
  const { answer } = await embed({ input })
  return answer.data.map(({ embedding }) => embedding as readonly number[])
}

function cosine(one: readonly number[] = [], other: readonly number[] = []): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0)
}

describe('the demo', () => {
  it('costs nothing', () => {
    const free = { input_per_mtok: 0, output_per_mtok: 0 }
    expect(Object.entries(demo.catalogue ?? {}).map(([model, { pricing }]) => [model, pricing])).to.deep.equal([
      ['demo-chat', free],
      ['demo-embedding', free],
    ])
  })
})

describe('the vectors of the demo', () => {
  it('have unit length, and 64 numbers by default', async () => {
    const [vector = []] = await vectors('Hello, world')
    expect(vector).to.have.length(64)
    expect(Math.hypot(...vector)).to.be.closeTo(1, 1e-9)
  })

  it('are the same for the same words, however they are spelled', async () => {
    const [one, other] = await vectors('What is the capital of France?', 'what is the capital of FRANCE ?')
    expect(cosine(one, other)).to.be.closeTo(1, 1e-9)
  })

  it('are nearer to each other for texts that share words', async () => {
    const [question, asked, other] = await vectors('What is the capital of France?', 'Tell me: what is the capital of France?', 'A joke about cats')
    expect(cosine(question, asked)).to.be.greaterThan(0.6)
    expect(cosine(question, other)).to.be.lessThan(0.5)
  })

  for (const input of ['', '?!', [1, 2, 3]]) {
    it(`are made of ${JSON.stringify(input)}, too`, async () => {
      const [vector = []] = await vectors(input)
      expect(Math.hypot(...vector)).to.be.closeTo(1, 1e-9)
    })
  }

  it('are written in base64 if they are asked for so', async () => {
    const { answer } = await embed({ input: 'Hello', dimensions: 4, encoding_format: 'base64' })
    expect(Buffer.from(String(answer.data[0]?.embedding), 'base64')).to.have.length(16)
  })

  for (const [input, dimensions] of [
    [Array(9000).fill('word').join(' '), 1024],
    [Array(9000).fill('word'), 1024],
    ['word '.repeat(200_000), undefined],
  ] as const) {
    it(`are refused where they would take everybody's time: ${typeof input === 'string' ? 'many words' : 'many texts'} of ${dimensions ?? 64} dimensions`, async () => {
      const { status, answer } = await embed({ input, ...(dimensions === undefined ? {} : { dimensions }) })
      expect([status, answer.error.param]).to.deep.equal([400, 'input'])
    })
  }

  it('are near each other only where texts share words, in thousands of dimensions too', async () => {
    const { answer } = await embed({ input: ['one two three', 'three two one', 'four five six'], dimensions: 4096 })
    const [one, same, other] = answer.data.map(({ embedding }) => embedding as readonly number[])
    expect(cosine(one, same)).to.be.closeTo(1, 1e-9)
    expect(Math.abs(cosine(one, other))).to.be.lessThan(0.1)
  })

  for (const dimensions of [0, -1, 1.5, 4097, '8']) {
    it(`are refused with ${JSON.stringify(dimensions)} dimensions`, async () => {
      const { status, answer } = await embed({ input: 'Hello', dimensions })
      expect([status, answer.error.param]).to.deep.equal([400, 'dimensions'])
    })
  }
})
