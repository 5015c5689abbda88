/** Has a model rewrite the texts of prompts and replies. */

import { definePlugin } from '../../core/index.ts'
import { AskedModel } from '../shared/guard/asked-model.ts'
import { onceEach } from '../shared/guard/once-each.ts'
import { rolesOf } from '../shared/guard/properties.ts'
import { Semaphore } from '../shared/guard/semaphore.ts'
import { guardWhole, type Seen } from '../shared/guard/whole-guard.ts'
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
    const rewritten = onceEach<string>()

    const rewrite = async (seen: Seen, text: string): Promise<string> => {
      const answer = await asked.ask(seen, prompt, text)
      if (answer.kind !== 'complete') throw new Error(`the model ${model} did not rewrite a text: ${answer.kind}`)
      return between(text, answer.text)
    }

    return guardWhole(async seen => {
      const { phase, conversation, exchange } = seen
      const turns = new Semaphore(mostAtOnce)
      const parts = [...conversation.texts(phase === 'prompt' ? roles : undefined)].filter(
        ({ text }) => text.trim() !== '' && (prefix === undefined || !text.startsWith(prefix)),
      )
      const texts = await Promise.all(parts.map(({ text }) => rewritten(exchange, text, () => turns.take(() => rewrite(seen, text)))))
      parts.forEach((part, i) => part.rewrite(texts[i] ?? part.text))
    })
  },
})

/** What a model says has no space around it; a text keeps its own. */
function between(text: string, rewritten: string): string {
  const start = text.length - text.trimStart().length
  return text.slice(0, start) + rewritten + text.slice(text.trimEnd().length)
}
