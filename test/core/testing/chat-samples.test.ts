import { expect } from 'chai'
import { chatChunks, chatCompletion, embeddings, sampleStream } from '../../../core/testing/chat-samples.ts'

const dataOf = (events: readonly string[]) => events.filter(event => !event.includes('[DONE]')).map(event => JSON.parse(event.slice('data: '.length)))
const toolCalls = [{ name: 'get_weather', arguments: ['{"city":', '"Graz"}'] }]

describe('chat samples', () => {
  it('make a completion with tool calls: null content, arguments as one string', () => {
    const [choice] = chatCompletion({ toolCalls }).choices
    expect(choice?.finish_reason).to.equal('tool_calls')
    expect(choice?.message.content).to.equal(null)
    expect(choice?.message.tool_calls?.[0]?.function).to.deep.equal({ name: 'get_weather', arguments: '{"city":"Graz"}' })
  })

  it('make a stream: role, pieces, finish, [DONE]', () => {
    const events = chatChunks({ pieces: ['Hel', 'lo'] })
    expect(events).to.have.length(5)
    expect(events.at(-1)).to.equal('data: [DONE]\n\n')
    expect(dataOf(events).map(({ choices }) => [choices[0].delta, choices[0].finish_reason])).to.deep.equal([
      [{ role: 'assistant', content: '', refusal: null }, null],
      [{ content: 'Hel' }, null],
      [{ content: 'lo' }, null],
      [{}, 'stop'],
    ])
  })

  it('end a stream with a usage chunk without choices when asked to', () => {
    const chunks = dataOf(chatChunks({ pieces: ['x'], withUsage: true }))
    expect(chunks.at(-1)).to.deep.include({ choices: [] }).and.to.have.nested.property('usage.total_tokens', 23)
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).to.equal(true)
  })

  it('name a streamed tool call once and carry its arguments in pieces', () => {
    const deltas = dataOf(chatChunks({ toolCalls })).flatMap(({ choices }) => choices[0].delta.tool_calls ?? [])
    expect(deltas.map(({ function: { name } }) => name)).to.deep.equal(['get_weather', undefined, undefined])
    expect(deltas.map(delta => delta.function.arguments).join('')).to.equal('{"city":"Graz"}')
  })

  it('have a stream of 37 events', () => {
    expect(sampleStream).to.have.length(37)
  })

  it('write vectors as numbers or as base64', () => {
    const vectors = [[0.5, -2]]
    expect(embeddings({ vectors }).data[0]?.embedding).to.deep.equal([0.5, -2])
    expect(embeddings({ vectors, base64: true }).data[0]?.embedding).to.equal('AAAAPwAAAMA=')
  })
})
