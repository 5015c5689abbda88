/** Data URLs, and what their first bytes say they are. */

import { expect } from 'chai'
import { GatewayError } from '../../../core/errors.ts'
import { dataUrl, fileSource, parseDataUrl, sourceOfUrl } from '../../../core/neutral/media.ts'

const at = 'messages[0].content[1].image_url.url'

describe('a data URL', () => {
  const cases: readonly (readonly [name: string, url: string, media: { mime: string; data: string }])[] = [
    ['with a type', 'data:image/png;base64,iVBORw0=', { mime: 'image/png', data: 'iVBORw0=' }],
    ['with parameters', 'data:image/png;name=a.png;base64,iVBORw0=', { mime: 'image/png', data: 'iVBORw0=' }],
    ['with white space in its data', 'data:image/png;base64,iVBO\n Rw0=', { mime: 'image/png', data: 'iVBORw0=' }],
    ['with data that is escaped', 'data:image/png;base64,iVBORw0%3D', { mime: 'image/png', data: 'iVBORw0=' }],
    ['in capitals', 'DATA:IMAGE/PNG;BASE64,iVBORw0=', { mime: 'image/png', data: 'iVBORw0=' }],
    ['of image/jpg', 'data:image/jpg;base64,/9j/4AA=', { mime: 'image/jpeg', data: '/9j/4AA=' }],
    ["of a type with the name of a prototype's member", 'data:constructor;base64,AAAA', { mime: 'constructor', data: 'AAAA' }],
    ['percent-encoded', 'data:text/plain,two%20words', { mime: 'text/plain', data: Buffer.from('two words').toString('base64') }],
    ['without a type, a PNG', 'data:;base64,iVBORw0KGgo=', { mime: 'image/png', data: 'iVBORw0KGgo=' }],
    ['without a type, a JPEG', 'data:;base64,/9j/4AAQ', { mime: 'image/jpeg', data: '/9j/4AAQ' }],
    ['without a type, a GIF', 'data:;base64,R0lGODlh', { mime: 'image/gif', data: 'R0lGODlh' }],
    ['without a type, a WebP', 'data:;base64,UklGRiQA', { mime: 'image/webp', data: 'UklGRiQA' }],
    ['without a type, a PDF', 'data:;base64,JVBERi0x', { mime: 'application/pdf', data: 'JVBERi0x' }],
  ]
  for (const [name, url, media] of cases) {
    it(`is read: ${name}`, () => expect(parseDataUrl(url, at)).to.deep.equal(media))
  }

  for (const [name, url] of [
    ['without data', 'data:image/png;base64'],
    ['of no type that is known', 'data:;base64,AAAA'],
    ['with a broken escape', 'data:text/plain,%zz'],
    ['of base64 with a broken escape', 'data:image/png;base64,iVBO%zz'],
  ] as const) {
    it(`is refused: ${name}`, () => {
      expect(() => parseDataUrl(url, at))
        .to.throw(GatewayError)
        .that.includes({ status: 400, param: at })
    })
  }

  it('is none: an address', () => {
    expect(parseDataUrl('https://example.com/a.png', at)).to.equal(undefined)
    expect(sourceOfUrl('https://example.com/a.png', at)).to.deep.equal({ kind: 'url', url: 'https://example.com/a.png' })
  })

  it('comes back as it was', () => {
    expect(sourceOfUrl(dataUrl('image/gif', 'R0lGODlh'), at)).to.deep.equal({ kind: 'base64', mime: 'image/gif', data: 'R0lGODlh' })
  })
})

describe('the data of a file', () => {
  const pdf = { mime: 'application/pdf', source: { kind: 'base64', mime: 'application/pdf', data: 'JVBERi0x' } }
  const cases = [
    ['as a data URL', 'data:application/pdf;base64,JVBERi0x', pdf],
    ['by itself', 'JVBERi0x', pdf],
    ['by itself, in lines', 'JVBE\nRi0x\n', pdf],
    ['a text', 'data:text/csv;base64,YSxi', { mime: 'text/csv', source: { kind: 'text', text: 'a,b' } }],
    [
      'what calls itself a text and is none',
      'data:text/plain;base64,//79',
      { mime: 'text/plain', source: { kind: 'base64', mime: 'text/plain', data: '//79' } },
    ],
  ] as const
  for (const [name, data, read] of cases) {
    it(`is read: ${name}`, () => expect(fileSource(data, at)).to.deep.equal(read))
  }

  it('is refused if nothing says what it is', () => {
    expect(() => fileSource('AAAA', at))
      .to.throw(GatewayError)
      .that.includes({ status: 400, param: at })
  })
})
