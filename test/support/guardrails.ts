/** Guardrails of one file each, as a policy author would write them. */

/** Replaces a word wherever it stands. */
export const redact = `
import { definePlugin } from 'tapline'
export default definePlugin({
  name: 'redact',
  schema: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
  setup({ options: { word } }) {
    const clean = text => text.replaceAll(word, '[redacted]')
    return {
      prompt: ({ conversation }) => { conversation.rewrite(clean) },
      response: ({ reply }) => { reply?.conversation?.rewrite(clean) },
      stream: { lookbehind: word.length - 1, text: clean },
    }
  },
})
`

/** Refuses a word wherever it stands. */
export const refuse = `
import { block, definePlugin } from 'tapline'
export default definePlugin({
  name: 'refuse',
  schema: { type: 'object', properties: { word: { type: 'string' }, status: { type: 'integer' } }, required: ['word'] },
  setup({ options: { word, status } }) {
    const refusal = () => block('word_found', 'A word is not allowed here', status === undefined ? {} : { status })
    const hasWord = text => text.includes(word)
    return {
      prompt: ({ conversation }) => conversation.some(hasWord) ? refusal() : undefined,
      response: ({ reply }) => reply?.conversation?.some(hasWord) ? refusal() : undefined,
      stream: { lookbehind: word.length - 1, text: text => hasWord(text) ? refusal() : text },
    }
  },
})
`

/** Refuses a word in a whole answer; for that, streams are collected. */
export const judge = `
import { block, definePlugin } from 'tapline'
export default definePlugin({
  name: 'judge',
  schema: { type: 'object', properties: { word: { type: 'string' }, instead: { type: 'string' } }, required: ['word'] },
  setup: ({ options: { word, instead } }) => ({
    async response({ reply }) {
      if (reply?.conversation?.some(text => text.includes(word)) !== true) return undefined
      if (instead === undefined) return block('word_found', 'A word is not allowed here')
      reply.conversation.rewrite(text => text.replaceAll(word, instead))
    },
    stream: { buffer: true },
  }),
})
`
