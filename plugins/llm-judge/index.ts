/** Has a model judge prompts and replies. */

import { definePlugin, type Verdict } from '../../core/index.ts'
import { AskedModel } from '../shared/guard/asked-model.ts'
import { onceEach } from '../shared/guard/once-each.ts'
import { react } from '../shared/guard/reaction.ts'
import { guardWhole } from '../shared/guard/whole-guard.ts'
import { judgedText } from './judged-text.ts'
import { schema } from './schema.ts'
import { howToAnswer, readVerdict, type Judgement } from './verdict.ts'

export default definePlugin({
  name: 'llm-judge',
  description: 'Has a model judge prompts and replies: blocks, answers or warns.',
  schema,
  edits: false,
  guardrail: true,
  phases: ['prompt', 'response', 'stream'],
  setup({ options, name, services: { pipelines } }) {
    const { message, block_status: status, on_unclear: onUnclear, respond_text: respondText = message } = options
    const model = new AskedModel(pipelines, {
      instance: name,
      model: options.model,
      userPath: options.user_path,
      maxTokens: options.max_tokens,
      temperature: options.temperature,
    })
    const instructions = `${options.prompt}\n\n${howToAnswer}`
    const judged = onceEach<Judgement>()

    const verdicts: Readonly<Record<Judgement, () => Verdict>> = {
      allow: () => undefined,
      block: () => react(options.action, { code: 'llm_judge_block', message: options.action === 'respond' ? respondText : message, status }),
      unclear: () => (onUnclear === 'allow' ? undefined : react(onUnclear, { code: 'llm_judge_unclear', message, status })),
      no_verdict: () => (onUnclear === 'allow' ? undefined : react(onUnclear, { code: 'llm_judge_no_verdict', message, status })),
    }

    return guardWhole(async (seen): Promise<Verdict> => {
      const text = judgedText(seen, options.target)
      return text === undefined ? undefined : verdicts[await judged(seen.exchange, text, () => model.ask(seen, instructions, text).then(readVerdict))]()
    })
  },
})
