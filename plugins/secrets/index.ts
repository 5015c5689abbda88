/** Finds credentials in prompts, replies and streams, by the forms of their vendors and by how random they look. */

import { definePlugin } from '../../core/index.ts'
import { replaceFindings } from '../shared/guard/findings.ts'
import { guardTexts, textRule } from '../shared/guard/text-guard.ts'
import { schema } from './schema.ts'
import { SecretScanner } from './scanner.ts'

export default definePlugin({
  name: 'secrets',
  description: 'Finds credentials in prompts, replies and streams, and takes them out or blocks.',
  schema,
  phases: ['prompt', 'response', 'stream'],
  setup({ options, regex, warnInStream }) {
    const scanner = new SecretScanner(options, regex)
    const { action, replacement } = options
    const rule = textRule(
      text => scanner.find(text).length > 0,
      text => replaceFindings(text, scanner.find(text), () => replacement),
    )
    return guardTexts(rule, action === 'redact' ? 'rewrite' : action, options, { warnInStream })
  },
})
