import { expect } from 'chai'
import { Losses } from '../../../core/neutral/losses.ts'
import { parseJson } from '../../../core/neutral/json.ts'
import type { JsonObject } from '../../../core/neutral/request.ts'
import type { AskedRequest, OperationAdapter } from '../../../core/plugin/adapter.ts'
import { cohereTranscription } from '../../../providers/shared/cohere-transcription.ts'
import { minimaxSpeech } from '../../../providers/shared/minimax-speech.ts'
import { rerank } from '../../../providers/shared/rerank.ts'
import { xaiImageEdits } from '../../../providers/shared/xai-images.ts'
import { xiaomiSpeech, xiaomiTranscription } from '../../../providers/shared/xiaomi-audio.ts'
import { refusalOf } from '../../support/refusal-of.ts'
import { destination } from '../../support/translation.ts'

const asked = (body: object, files: AskedRequest['files'] = []): AskedRequest => ({
  operation: 'op',
  body: { model: 'm', ...body },
  files,
  to: destination(),
  losses: new Losses(),
})
const sent = (adapter: OperationAdapter, body: object, files?: AskedRequest['files']) => adapter.request?.(asked(body, files))
const got = (adapter: OperationAdapter, said: object, body: object = {}) => {
  const { type, body: bytes, usage } = adapter.reply(said as JsonObject, asked(body))
  return { type, body: type === 'application/json' ? parseJson(bytes.toString()) : bytes.toString(), ...(usage === undefined ? {} : { usage }) }
}

describe('speech by MiniMax', () => {
  const speech = { input: 'hello', voice: 'male-1' }
  const plain = { model: 'm', text: 'hello', stream: false, output_format: 'hex', voice_setting: { voice_id: 'male-1' }, audio_setting: { format: 'mp3' } }

  for (const [what, body, expected] of [
    ['mp3 by default', {}, {}],
    ['a speed', { speed: 1.5 }, { voice_setting: { voice_id: 'male-1', speed: 1.5 } }],
    ['a voice with an id', { voice: { id: 'v1' } }, { voice_setting: { voice_id: 'v1' } }],
    ...['wav', 'flac', 'pcm'].map(format => [format, { response_format: format }, { audio_setting: { format } }] as const),
  ] as const) {
    it(`is asked for ${what}`, () => expect(sent(minimaxSpeech, { ...speech, ...body })).to.deep.equal({ ...plain, ...expected }))
  }

  for (const [what, body, param] of [
    ['opus', { response_format: 'opus' }, 'response_format'],
    ['aac', { response_format: 'aac' }, 'response_format'],
    ['instructions', { instructions: 'softly' }, 'instructions'],
    ['too slow a speed', { speed: 0.4 }, 'speed'],
    ['too fast a speed', { speed: 2.1 }, 'speed'],
  ] as const) {
    it(`refuses ${what}`, () => expect(refusalOf(() => sent(minimaxSpeech, { ...speech, ...body }))).to.include({ status: 400, param }))
  }

  it('comes from hexadecimal digits', () => {
    expect(got(minimaxSpeech, { data: { audio: '736f756E64', status: 2 } }, { response_format: 'flac' })).to.deep.equal({ type: 'audio/flac', body: 'sound' })
  })

  for (const [what, said] of [
    ['an odd number of digits', { data: { audio: '736', status: 2 } }],
    ['what are no digits', { data: { audio: '7x', status: 2 } }],
    ['nothing', { data: { audio: '', status: 2 } }],
    ['no end', { data: { audio: '73', status: 1 } }],
    ['no data', {}],
  ] as const) {
    it(`is none with ${what}`, () => expect(refusalOf(() => got(minimaxSpeech, said))).to.include({ status: 502, provider: 'acme' }))
  }
})

describe('speech by Xiaomi', () => {
  const speech = { input: 'hello', voice: 'Mia' }
  for (const [what, body, messages, audio] of [
    ['wav by default', {}, [{ role: 'assistant', content: 'hello' }], { format: 'wav', voice: 'Mia' }],
    ['pcm', { response_format: 'pcm', speed: 1 }, [{ role: 'assistant', content: 'hello' }], { format: 'pcm16', voice: 'Mia' }],
    [
      'instructions',
      { instructions: 'softly' },
      [
        { role: 'user', content: 'softly' },
        { role: 'assistant', content: 'hello' },
      ],
      { format: 'wav', voice: 'Mia' },
    ],
  ] as const) {
    it(`is asked for ${what}`, () => expect(sent(xiaomiSpeech, { ...speech, ...body })).to.deep.equal({ model: 'm', messages, audio }))
  }
  for (const [what, body, param] of [
    ['mp3', { response_format: 'mp3' }, 'response_format'],
    ['another speed', { speed: 1.2 }, 'speed'],
  ] as const) {
    it(`refuses ${what}`, () => expect(refusalOf(() => sent(xiaomiSpeech, { ...speech, ...body }))).to.include({ status: 400, param }))
  }
  for (const [format, type] of [
    [undefined, 'audio/wav'],
    ['pcm', 'audio/pcm'],
  ] as const) {
    it(`comes from the message's audio as ${type}`, () => {
      expect(got(xiaomiSpeech, { choices: [{ message: { audio: { data: 'c291bmQ=' } } }] }, { response_format: format })).to.deep.equal({ type, body: 'sound' })
    })
  }
  for (const said of [{}, { choices: [] }, { choices: [{ message: {} }] }, { choices: [{ message: { audio: { data: '!' } } }] }]) {
    it(`is none in ${JSON.stringify(said)}`, () => expect(refusalOf(() => got(xiaomiSpeech, said))).to.include({ status: 502 }))
  }
})

describe('a transcription by Xiaomi', () => {
  const file = (more: object = {}) => [{ name: 'file', filename: 'a.mp3', type: 'audio/mpeg', bytes: Buffer.from('sound'), ...more }]
  const message = (mime: string) => ({
    model: 'm',
    messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: `data:${mime};base64,c291bmQ=` } }] }],
  })

  it('is asked for with the file in the message', () => expect(sent(xiaomiTranscription, {}, file())).to.deep.equal(message('audio/mpeg')))
  it('is asked for in a language', () =>
    expect(sent(xiaomiTranscription, { language: 'de' }, file())).to.deep.equal({ ...message('audio/mpeg'), asr_options: { language: 'de' } }))
  it('goes by the name of a file without a type', () =>
    expect(sent(xiaomiTranscription, {}, file({ type: 'application/octet-stream', filename: 'A.FLAC' }))).to.deep.equal(message('audio/flac')))

  for (const [what, body, param] of [
    ['verbose_json', { response_format: 'verbose_json' }, 'response_format'],
    ['srt', { response_format: 'srt' }, 'response_format'],
    ['vtt', { response_format: 'vtt' }, 'response_format'],
    ['a prompt', { prompt: 'names' }, 'prompt'],
    ['granularities', { 'timestamp_granularities[]': 'word' }, 'timestamp_granularities[]'],
  ] as const) {
    it(`refuses ${what}`, () => expect(refusalOf(() => sent(xiaomiTranscription, body, file()))).to.include({ status: 400, param }))
  }

  it('is the text of the message', () => {
    const said = { choices: [{ message: { content: 'hello' } }] }
    expect(got(xiaomiTranscription, said)).to.deep.equal({ type: 'application/json', body: { text: 'hello' } })
    expect(got(xiaomiTranscription, said, { response_format: 'text' })).to.deep.equal({ type: 'text/plain; charset=utf-8', body: 'hello\n' })
  })
})

describe('an edited image by xAI', () => {
  const part = (name: string, type: string | undefined, text: string) => ({ name, filename: 'a', type, bytes: Buffer.from(text, 'latin1') })
  const link = (type: string, text: string) => ({ type: 'image_url', url: `data:${type};base64,${Buffer.from(text, 'latin1').toString('base64')}` })
  const png = '\x89PNG\r\n\x1a\n'

  it('is asked for in JSON', () =>
    expect(sent(xaiImageEdits, { prompt: 'p', n: '2', size: '1024x1536', user: 'u' }, [part('image', 'image/webp', 'x')])).to.deep.equal({
      model: 'm',
      prompt: 'p',
      user: 'u',
      n: 2,
      aspect_ratio: '2:3',
      image: link('image/webp', 'x'),
    }))
  it('may be of several, and have a mask', () =>
    expect(
      sent(xaiImageEdits, { prompt: 'p' }, [part('image[]', undefined, png), part('image[]', 'image/jpeg', 'y'), part('mask', 'image/png', 'z')]),
    ).to.deep.equal({ model: 'm', prompt: 'p', images: [link('image/png', png), link('image/jpeg', 'y')], mask: link('image/png', 'z') }))
  it('has no hints for the looks', () => {
    const request = asked({ prompt: 'p', quality: 'high', input_fidelity: 'high' })
    expect(xaiImageEdits.request?.(request)).to.deep.equal({ model: 'm', prompt: 'p' })
    expect(request.losses.reported).to.deep.equal(['input_fidelity', 'quality'])
  })
  it('comes as it is, and is counted', () => {
    const said = { data: [{ url: 'https://a.example/1.png' }] }
    const { usage, ...reply } = got(xaiImageEdits, said)
    expect(reply).to.deep.equal({ type: 'application/json', body: said })
    expect(usage?.raw).to.deep.equal({ images: 1 })
  })
})

describe('a transcription by Cohere', () => {
  const { part, whole } = cohereTranscription.form ?? {}
  it('goes on as it came', () => expect(cohereTranscription.request).to.equal(undefined))
  it('must say the language', () => {
    expect(refusalOf(() => whole?.(['model', 'file'], 'transcriptions'))).to.include({ status: 400, param: 'language' })
    whole?.(['model', 'file', 'language'], 'transcriptions')
  })
  for (const [name, text] of [
    ['response_format', 'verbose_json'],
    ['response_format', 'srt'],
    ['timestamp_granularities[]', 'word'],
  ] as const) {
    it(`refuses ${name} ${text}`, () =>
      expect(refusalOf(() => part?.({ name, text, filename: undefined }, 'transcriptions'))).to.include({ status: 400, param: name }))
  }
  it('takes the formats that it gives', () => {
    for (const text of ['json', 'text']) part?.({ name: 'response_format', text, filename: undefined }, 'transcriptions')
  })
  it('is a text and nothing else', () => {
    expect(got(cohereTranscription, { text: 'hello', x: 1 })).to.deep.equal({ type: 'application/json', body: { text: 'hello' } })
    expect(got(cohereTranscription, { text: 'hello' }, { response_format: 'text' }).body).to.equal('hello\n')
    expect(refusalOf(() => got(cohereTranscription, {}))).to.include({ status: 502 })
  })
})

describe('a rerank', () => {
  const documents = ['a', { text: 'b', id: 1 }, { title: 'c' }]

  it('is asked for with documents as texts, and with members that nobody knows', () => {
    expect(sent(rerank, { query: 'q', documents, top_n: 2, return_documents: true, x: 1 })).to.deep.equal({
      model: 'm',
      query: 'q',
      documents: ['a', 'b', '{"title":"c"}'],
      top_n: 2,
      x: 1,
    })
  })

  it('is answered best first, by Cohere', () => {
    const said = {
      id: 'r1',
      results: [
        { index: 1, relevance_score: 0.2 },
        { index: 0, relevance_score: 0.9 },
      ],
      meta: { billed_units: { search_units: 1 } },
    }
    expect(got(rerank, said, { documents })).to.deep.equal({
      type: 'application/json',
      body: {
        id: 'r1',
        model: 'm',
        provider: 'acme',
        results: [
          { index: 0, relevance_score: 0.9 },
          { index: 1, relevance_score: 0.2 },
        ],
        usage: { search_units: 1 },
      },
    })
  })

  it('is answered by vLLM, with the tokens that it counts, and without its documents', () => {
    const said = { id: 'r1', model: 'bge', results: [{ index: 0, document: { text: 'a' }, relevance_score: 0.9 }], usage: { total_tokens: 7 } }
    expect(got(rerank, said, { documents })).to.deep.equal({
      type: 'application/json',
      body: { id: 'r1', model: 'bge', provider: 'acme', results: [{ index: 0, relevance_score: 0.9 }], usage: { total_tokens: 7 } },
      usage: { inputTokens: 7 },
    })
  })

  it("gives the caller's documents back when asked", () => {
    const said = { results: [0, 1, 2].map(index => ({ index, relevance_score: 1 - index / 10 })) }
    const { body } = got(rerank, said, { documents, return_documents: true }) as unknown as { body: { id: string; results: { document: unknown }[] } }
    expect(body.results.map(({ document }) => document)).to.deep.equal([{ text: 'a' }, { text: 'b', id: 1 }, { title: 'c' }])
    expect(body.id).to.match(/^rerank-[0-9a-f]{32}$/)
  })

  it('is none without results', () => expect(refusalOf(() => got(rerank, {}, { documents }))).to.include({ status: 502 }))
})
