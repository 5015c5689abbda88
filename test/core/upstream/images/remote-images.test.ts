import { expect } from 'chai'
import type { LookupAddress } from 'node:dns'
import { JsonDocument } from '../../../../core/document/document.ts'
import { GatewayError } from '../../../../core/errors.ts'
import { isPublicAddress, publicLookup } from '../../../../core/upstream/images/public-address.ts'
import { publicGet, type Get, type Image } from '../../../../core/upstream/images/image-fetch.ts'
import { fetchImages, wantsImages, withImages, type Fetching } from '../../../../core/upstream/images/remote-images.ts'

const png = { status: 200, headers: { 'content-type': 'image/png' }, body: ['PN', 'G'] }

/** A network of answers by address; `asked` says what was asked for. */
function network(
  answers: Readonly<
    Record<string, { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: readonly (string | Buffer)[] }>
  >,
) {
  const asked: string[] = []
  let open = 0
  const get: Get = url => {
    asked.push(url.href)
    const { status, headers = {}, body = [] } = answers[url.href] ?? { status: 404 }
    open++
    return Promise.resolve({
      status,
      headers,
      body: piecewise(body),
      close: () => {
        open--
        return Promise.resolve()
      },
    })
  }
  return { get, asked, open: () => open }
}

async function* piecewise(pieces: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield Buffer.from(piece)
}

const documentOf = (body: object) => JsonDocument.parse(Buffer.from(JSON.stringify(body)))
const chat = (url: unknown) => ({
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'x' },
        { type: 'image_url', image_url: url },
      ],
    },
  ],
})
const fetching = (get: Get, more: Partial<Fetching> = {}): Fetching => ({
  get,
  isMeant: () => true,
  known: new Map(),
  signal: new AbortController().signal,
  ...more,
})
const fetched = async (body: object, get: Get, more: Partial<Fetching> = {}) => {
  const document = documentOf(body)
  const images = await fetchImages(document, fetching(get, more))
  return images === undefined ? undefined : (JSON.parse(withImages(document, images).render().toString()) as object)
}
const refusalOf = async (url: string, get: Get) =>
  await fetchImages(documentOf(chat({ url })), fetching(get)).then(
    () => {
      throw new Error('it was fetched')
    },
    (cause: unknown) => cause as GatewayError,
  )

describe('images that are given by address', () => {
  const url = 'https://a.example/a.png'
  const data = `data:image/png;base64,${Buffer.from('PNG').toString('base64')}`

  it('are fetched where the configuration says so', () => {
    const wants = (settings: object) => wantsImages({ settings: { name: 'x', type: 'x', ...settings } })
    expect([{}, { fetch_remote_images: false }, { image_urls: 'fetch' }, { fetch_remote_images: true }].map(wants)).to.deep.equal([false, false, false, true])
  })

  describe('are put in their places', () => {
    const cases: readonly [string, (url: string) => object, (() => object)?][] = [
      ['in a chat', address => chat({ url: address, detail: 'low' })],
      ['in a chat, as a string', address => chat(address)],
      ['in Responses', address => ({ input: [{ role: 'user', content: [{ type: 'input_image', image_url: address }] }] })],
      [
        'in the results of Responses',
        address => ({ input: [{ type: 'function_call_output', call_id: 'c', output: [{ type: 'input_image', image_url: address }] }] }),
      ],
      [
        'in messages',
        address => ({ messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: address } }] }] }),
        () => ({
          messages: [
            { role: 'user', content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: Buffer.from('PNG').toString('base64') } }] },
          ],
        }),
      ],
      [
        'in the results of messages',
        address => ({
          messages: [
            { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'image', source: { type: 'url', url: address } }] }] },
          ],
        }),
        () => ({
          messages: [
            {
              role: 'user',
              content: [
                {
                  type: 'tool_result',
                  tool_use_id: 't',
                  content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: Buffer.from('PNG').toString('base64') } }],
                },
              ],
            },
          ],
        }),
      ],
    ]
    for (const [name, body, after] of cases)
      it(name, async () => expect(await fetched(body(url), network({ [url]: png }).get)).to.deep.equal(after === undefined ? body(data) : after()))
  })

  it('are left alone when they come with the call, or are none', async () => {
    const { get, asked } = network({})
    for (const body of [
      chat({ url: data }),
      { messages: [{ role: 'user', content: 'see https://a.example/a.png' }] },
      { messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'url', url } }] }] },
      { input: 'x' },
    ])
      expect(await fetched(body, get)).to.equal(undefined)
    expect(asked).to.deep.equal([])
  })

  it('are fetched once each', async () => {
    const { get, asked } = network({ [url]: png })
    await fetched({ messages: [...chat({ url }).messages, ...chat({ url }).messages] }, get)
    expect(asked).to.deep.equal([url])
  })

  it('are not fetched again for a further attempt', async () => {
    const { get, asked } = network({ [url]: png })
    const known = new Map<string, Image>()
    for (let attempt = 0; attempt < 2; attempt++) expect(await fetched(chat({ url }), get, { known })).to.deep.equal(chat({ url: data }))
    expect(asked).to.deep.equal([url])
  })

  it('are fetched only where that is meant', async () => {
    const { get, asked } = network({ [url]: png })
    const both = (first: string) => ({ messages: [...chat({ url: first }).messages, ...chat({ url: 'https://vendor.example/file' }).messages] })
    expect(await fetched(both(url), get, { isMeant: address => !address.includes('vendor') })).to.deep.equal(both(data))
    expect(await fetched(chat({ url }), get, { isMeant: () => false })).to.equal(undefined)
    expect(asked).to.deep.equal([url])
  })

  it('are fetched side by side; the first that fails ends the others', async () => {
    const asked: string[] = []
    const given: string[] = []
    const get: Get = ({ href }, signal) => {
      asked.push(href)
      if (href.endsWith('/2')) return Promise.resolve({ status: 404, headers: {}, body: piecewise([]), close: () => Promise.resolve() })
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          given.push(href)
          reject(signal.reason as Error)
        })
      })
    }
    const urls = [1, 2, 3].map(n => `https://a.example/${n}`)
    const error: unknown = await fetched({ messages: urls.flatMap(each => chat({ url: each }).messages) }, get).catch((cause: unknown) => cause)
    expect(error).to.include({ status: 400, param: 'messages[1].content[1].image_url.url' })
    expect([asked, given]).to.deep.equal([urls, [urls[0], urls[2]]])
  })

  it('are given up when the caller leaves', async () => {
    const leaving = new AbortController()
    const get: Get = (_url, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
        leaving.abort()
      })
    expect(await fetched(chat({ url }), get, { signal: leaving.signal }).catch((cause: unknown) => cause)).to.be.instanceOf(GatewayError)
  })

  it('are so many at most, and so large together', async () => {
    const { get, asked } = network({})
    const many = { messages: Array.from({ length: 21 }, (_, n) => chat({ url: `https://a.example/${n}` }).messages[0]) }
    const error: unknown = await fetched(many, get).catch((cause: unknown) => cause)
    expect(error)
      .to.include({ status: 400, param: 'messages[20].content[1].image_url.url' })
      .and.to.have.property('message')
      .that.matches(/more than 20/)
    expect(asked).to.deep.equal([])
    const mebi = Buffer.alloc(1024 * 1024)
    const large = Object.fromEntries([1, 2, 3, 4].map(n => [`https://a.example/${n}`, { ...png, body: Array.from({ length: 17 }, () => mebi) }]))
    const together: unknown = await fetched({ messages: Object.keys(large).flatMap(each => chat({ url: each }).messages) }, network(large).get).catch(
      (cause: unknown) => cause,
    )
    expect(together)
      .to.have.property('message')
      .that.matches(/too large together/)
  })

  it('leave the request as it was', async () => {
    const document = documentOf(chat({ url }))
    const images = await fetchImages(document, fetching(network({ [url]: png }).get))
    withImages(document, images ?? new Map())
    expect(document.edited).to.equal(false)
  })

  it('are found behind redirects', async () => {
    const { get, asked, open } = network({
      [url]: { status: 302, headers: { location: '/b' } },
      'https://a.example/b': { status: 308, headers: { location: 'https://b.example/c' } },
      'https://b.example/c': png,
    })
    expect(await fetched(chat({ url }), get)).to.deep.equal(chat({ url: data }))
    expect(asked).to.deep.equal([url, 'https://a.example/b', 'https://b.example/c'])
    expect(open()).to.equal(0)
  })

  describe('are refused', () => {
    const big = Buffer.alloc(1024 * 1024)
    const cases: readonly [string, string, Parameters<typeof network>[0], RegExp][] = [
      ['when they are not https', 'http://a.example/a.png', {}, /not https/],
      ["when they are at an address of the operator's", 'https://10.0.0.1/a.png', {}, /not a public host/],
      ['when they are on this machine', 'https://[::1]/a.png', {}, /not a public host/],
      ['when their host is written otherwise', 'https://2130706433/a.png', {}, /not a public host/],
      ['when the address holds a user', 'https://u:p@a.example/a.png', {}, /holds a user/],
      [
        "when a redirect leads into the operator's network",
        url,
        { [url]: { status: 302, headers: { location: 'https://169.254.169.254/latest' } } },
        /not a public host/,
      ],
      ['when a redirect leads to http', url, { [url]: { status: 302, headers: { location: 'http://a.example/' } } }, /not https/],
      ['when redirects do not end', url, { [url]: { status: 302, headers: { location: url } } }, /redirects/],
      ['when nothing is there', url, {}, /status 404/],
      ['when they are no images', url, { [url]: { status: 200, headers: { 'content-type': 'text/html' }, body: ['x'] } }, /text\/html/],
      ['when nobody says what they are', url, { [url]: { status: 200, body: ['x'] } }, /unknown/],
      ['when they come compressed', url, { [url]: { ...png, headers: { ...png.headers, 'content-encoding': 'gzip' } } }, /compressed/],
      ['when their address is none', 'https://', {}, /not a URL/],
      [
        'when they are too large',
        url,
        { [url]: { status: 200, headers: { 'content-type': 'image/png' }, body: Array.from({ length: 21 }, () => big) } },
        /larger than/,
      ],
    ]
    for (const [name, address, answers, message] of cases) {
      it(name, async () => {
        const { get, open } = network(answers)
        const error = await refusalOf(address, get)
        expect(error).to.be.instanceOf(GatewayError).and.include({ status: 400, param: 'messages[0].content[1].image_url.url' })
        expect(error.message).to.match(message)
        expect(open()).to.equal(0)
      })
    }
    it('when the connection breaks, without a word of how', async () =>
      expect((await refusalOf(url, () => Promise.reject(new Error('reset by 10.0.0.1')))).message).to.equal(
        'the image cannot be fetched: its host is not public, or cannot be reached',
      ))
    it('when their name leads to no public address', async () => {
      const lookup = publicLookup((_host, _options, found) => {
        found(null, [{ address: '127.0.0.1', family: 4 }])
      })
      expect((await refusalOf(url, publicGet({}, lookup))).message).to.match(/not public/)
    })
  })
})

describe('addresses', () => {
  for (const address of ['1.1.1.1', '8.8.8.8', '172.15.0.1', '172.32.0.1', '192.167.1.1', '100.63.0.1', '2606:4700::1111', '2a00:1450::1', '3ffe::1'])
    it(`${address} is public`, () => expect(isPublicAddress(address)).to.equal(true))
  for (const address of [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.9.9.9',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '::7f00:1',
    '::ffff:0:7f00:1',
    '64:ff9b:1::1',
    '4000::1',
    '3fff::1',
    'a.example',
    '',
  ])
    it(`${address === '' ? 'nothing' : address} is not public`, () => expect(isPublicAddress(address)).to.equal(false))
})

describe('the lookup of public hosts', () => {
  const found = (addresses: readonly string[], all: boolean) =>
    new Promise<unknown>(resolve => {
      const entries: LookupAddress[] = addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
      publicLookup((_host, _options, answer) => {
        answer(null, entries)
      })('a.example', { all }, (error, address, family) => {
        resolve(error === null ? [address, family] : error.message)
      })
    })
  it('gives one address, or all', async () => {
    expect(await found(['1.1.1.1', '2606:4700::1111'], false)).to.deep.equal(['1.1.1.1', 4])
    expect(await found(['1.1.1.1'], true)).to.deep.equal([[{ address: '1.1.1.1', family: 4 }], undefined])
  })
  it('gives none if one is not public, or none is there', async () => {
    for (const addresses of [['1.1.1.1', '10.0.0.1'], ['::1'], []]) expect(await found(addresses, true)).to.equal('a.example is not a public host')
  })
  it('says why a name is not found', async () => {
    expect(
      await new Promise(resolve => {
        publicLookup((_host, _options, answer) => {
          answer(new Error('ENOTFOUND'))
        })('a.example', {}, error => {
          resolve(error?.message)
        })
      }),
    ).to.equal('ENOTFOUND')
  })
})
