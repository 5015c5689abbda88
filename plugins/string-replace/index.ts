/** Finds and replaces in prompts, replies and streams; or blocks, answers or warns where something is found. */

import { definePlugin } from '../../core/index.ts'
import { guardTexts, textRule } from '../shared/guard/text-guard.ts'
import { Rules } from './rules.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'string-replace',
  description: 'Finds and replaces in prompts, replies and streams, or blocks what is found.',
  schema,
  phases: ['prompt', 'response', 'stream'],
  setup({ options, regex, warnInStream }) {
    const rules = new Rules(options, regex)
    const rule = textRule(
      text => rules.matches(text),
      text => rules.replace(text),
    )
    return guardTexts(rule, options.on_match === 'replace' ? 'rewrite' : options.on_match, options, { warnInStream })
  },
})
