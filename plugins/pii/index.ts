/** Finds personal data in prompts, replies and streams, and puts placeholders in its place, which can be turned back. */

import { definePlugin } from '../../core/index.ts'
import { Forms } from '../shared/guard/forms.ts'
import { PlaceholderFormat } from '../shared/guard/placeholders.ts'
import { guardTexts } from '../shared/guard/text-guard.ts'
import { Anonymizer } from './anonymizer.ts'
import { mayHavePii, recognisers } from './recognisers.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'pii',
  description: 'Finds personal data in prompts, replies and streams: anonymizes, blocks, answers or warns.',
  schema,
  phases: ['prompt', 'response', 'stream'],
  setup({ options, regex, warnInStream }) {
    const forms = new Forms([...options.patterns, ...recognisers.filter(({ entity }) => options.entities.includes(entity))], regex, mayHavePii)
    const rule = new Anonymizer(forms, new PlaceholderFormat(options.placeholder_format), options.restore)
    return guardTexts(rule, options.action === 'anonymize' ? 'rewrite' : options.action, options, { warnInStream })
  },
})
