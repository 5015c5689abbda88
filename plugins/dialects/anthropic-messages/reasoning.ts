/** How much the model shall think, as Anthropic's requests say it: `thinking`, and the effort in `output_config`. */

import { refusal } from '../../../core/neutral/losses.ts'
import type { ReasoningControls } from '../../../core/neutral/request.ts'
import { defined, type Members } from '../../../core/neutral/members.ts'
import { knownMembers } from '../../../core/neutral/unknown.ts'

export const knownOfThinking = knownMembers(['type', 'budget_tokens', 'display'])

/** @throws GatewayError 400 for a way of thinking that nobody knows */
export function readReasoning(body: Members): ReasoningControls | undefined {
  const effort = body.object('output_config')?.text('effort')
  const thinking = body.object('thinking')
  if (thinking === undefined) return effort === undefined ? undefined : { effort }
  const display = thinking.text('display')
  switch (thinking.text('type')) {
    case 'enabled':
      return defined<ReasoningControls>({ isEnabled: true, budget: thinking.number('budget_tokens'), effort, display })
    case 'adaptive':
    case 'between_tools':
      return defined<ReasoningControls>({ isEnabled: true, effort: effort ?? 'medium', isDerived: effort === undefined ? true : undefined, display })
    case 'disabled':
      return { isEnabled: false, effort: 'none' }
    default:
      throw refusal(thinking.path('type'), `thinking of type ${JSON.stringify(thinking.any('type') ?? null)} cannot be translated`)
  }
}
