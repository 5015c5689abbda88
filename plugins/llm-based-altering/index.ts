/** Has a model rewrite the texts of prompts and replies (policy 11). */

import { AskedModel, definePlugin, guardWhole, rolesOf, slot, Turns, type Exchange } from '../../core/index.ts'
import { schema } from './schema.ts'

/** How many texts of one request are rewritten at a time. */
const mostAtOnce = 8

export default definePlugin({
  name: 'llm-based-altering',
  description: 'Has a model rewrite the texts of prompts and replies.',
  schema,
  phases: ['prompt', 'response', 'stream'],
  setup({ options, name, services: { pipelines } }) {
    const { model, provider, user_path: userPath, max_tokens: maxTokens, skip_content_prefix: prefix, prompt } = options
    const asked = new AskedModel(pipelines, { instance: name, model, provider, userPath, maxTokens })
    const roles = rolesOf(options.roles)
    const rewritten = slot<Map<string, Promise<string>>>()

    const rewrite = async (exchange: Exchange, text: string): Promise<string> => {
      const answer = await asked.ask(exchange, prompt, text)
      if (answer.kind !== 'complete') throw new Error(`the model ${model} did not rewrite a text: ${answer.kind}`)
      return between(text, answer.text)
    }

    /** The same text is rewritten once in a request. */
    const rewriteOnce = (exchange: Exchange, text: string, turns: Turns): Promise<string> => {
      const known = rewritten.get(exchange) ?? new Map<string, Promise<string>>()
      rewritten.set(exchange, known)
      const done = known.get(text) ?? turns.take(() => rewrite(exchange, text))
      known.set(text, done)
      return done
    }

    return guardWhole(async ({ phase, conversation, exchange }) => {
      const turns = new Turns(mostAtOnce)
      const parts = [...conversation.texts(phase === 'prompt' ? roles : undefined)].filter(({ text }) => text.trim() !== '' && (prefix === undefined || !text.startsWith(prefix)))
      const texts = await Promise.all(parts.map(({ text }) => rewriteOnce(exchange, text, turns)))
      parts.forEach((part, i) => part.rewrite(texts[i] ?? part.text))
    })
  },
})

/** What a model says has no space around it; a text keeps its own. */
function between(text: string, rewritten: string): string {
  const start = text.length - text.trimStart().length
  return text.slice(0, start) + rewritten + text.slice(text.trimEnd().length)
}
