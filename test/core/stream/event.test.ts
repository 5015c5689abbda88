import { expect } from 'chai'
import { StreamEvent } from '../../../core/stream/event.ts'

const event = (text: string) => new StreamEvent(Buffer.from(text))

function edited(text: string): string {
  const it = event(text)
  it.document!.replace(it.document!.root.get('a')!, '"new"')
  return it.render().toString()
}

describe('StreamEvent', () => {
  it('reads data with and without the space behind the colon, and takes no second space', () => {
    expect(event('data: x\n\n').data).to.equal('x')
    expect(event('data:x\n\n').data).to.equal('x')
    expect(event('data:  x\n\n').data).to.equal(' x')
  })

  it('joins the lines of data with line feeds, whatever their ends', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      expect(event(`data: {"a":${end}data: 1}${end}${end}`).data).to.equal('{"a":\n1}')
      expect(event(`data: {"a":${end}data: 1}${end}${end}`).document?.root.value()).to.deep.equal({ a: 1 })
    }
  })

  it('reads the name, the last if there are several', () => {
    expect(event('event: ping\ndata: {}\n\n').name).to.equal('ping')
    expect(event('event:a\nevent:b\ndata: {}\n\n').name).to.equal('b')
    expect(event('events: a\ndata: {}\n\n').name).to.equal(undefined)
  })

  it('passes over a byte order mark, other fields, and an event without its blank line', () => {
    expect(event('\ufeffdata: x\n\n').data).to.equal('x')
    expect(event('id: 1\nretry: 3\nfoo\ndata: x\n\n').data).to.equal('x')
    expect(event('data: x').data).to.equal('x')
  })

  it('is a comment when it says nothing', () => {
    for (const text of [': keep-alive\n\n', '\n', ':\r\n\r\n', 'data:\n\n', 'data\n\n', 'id: 4\n\n']) {
      expect(event(text).isComment, text).to.equal(true)
      expect(event(text).data, text).to.equal(undefined)
      expect(event(text).malformed, text).to.equal(false)
    }
    expect(event(': c\ndata: x\n\n').isComment).to.equal(false)
    expect(event('event: ping\n\n').isComment).to.equal(false)
  })

  it('tells [DONE] and what is no JSON apart', () => {
    expect(event('data: [DONE]\n\n')).to.include({ isDone: true, malformed: false, document: undefined })
    expect(event('data: {"a"\n\n')).to.include({ isDone: false, malformed: true, document: undefined })
    expect(event('data: {"a":1}\n\n')).to.include({ isDone: false, malformed: false })
  })

  it('renders the very buffer that was received while nobody edits', () => {
    const it = event('data: {"a": 1.0e0}\n\n')
    expect(it.document?.root.get('a')?.value()).to.equal(1)
    expect(it.render()).to.equal(it.bytes)
  })

  it('splices edits and leaves everything around them', () => {
    expect(edited('data: {"a" : "old", "b":1.00}\n\n')).to.equal('data: {"a" : "new", "b":1.00}\n\n')
    expect(edited('\ufeff: c\r\nevent: e\r\ndata:{"a":"old"}\r\nid: 7\r\n\r\n')).to.equal('\ufeff: c\r\nevent: e\r\ndata:{"a":"new"}\r\nid: 7\r\n\r\n')
    expect(edited('data: {"a":"old"}')).to.equal('data: {"a":"new"}')
  })

  it('re-emits edited data of several lines with a field name on each', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = edited(`event: e${end}data: {${end}data: "a":"old",${end}data: "b":1}${end}${end}`)
      const again = event(text)
      expect(again.name).to.equal('e')
      expect(again.document?.root.value()).to.deep.equal({ a: 'new', b: 1 })
      expect(text.endsWith(end + end)).to.equal(true)
    }
  })
})
