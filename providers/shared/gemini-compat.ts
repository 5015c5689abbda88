/** Google's OpenAI-compatible surface, of AI Studio and of Vertex. */

import type { JsonDocument } from '../../core/index.ts'
import { flatEffort } from './effort.ts'
import { forChat, said, type Rule } from './rule.ts'

/** A word for effort and a thinking config exclude each other: what was said to Google alone counts. */
const oneWayToThink: Rule = (body, { losses }) => {
  if (said(body.root, 'reasoning_effort') === undefined || !configuresThinking(body)) return
  losses.silent('reasoning_effort', 'extra_body.google.thinking_config counts')
  body.unset(body.root, 'reasoning_effort')
}

export const compatRules = forChat(flatEffort, oneWayToThink)

function configuresThinking({ root }: JsonDocument): boolean {
  return [said(root, 'google'), said(said(root, 'extra_body'), 'google')].some(google => said(google, 'thinking_config') !== undefined)
}
