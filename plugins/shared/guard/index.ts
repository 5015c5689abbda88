/** `tapline/guardrail`: what guardrails that look for something in texts are made of. */

export { AskedModel } from './asked-model.ts'
export type { AskedModelFacts, ModelAnswer } from './asked-model.ts'
export { guardProperties, lookbehindProperty, rolesOf, rolesProperty } from './properties.ts'
export { react } from './reaction.ts'
export type { ReactionFacts } from './reaction.ts'
export { guardTexts, textRule } from './text-guard.ts'
export type { GuardAction, GuardOptions, TextRule } from './text-guard.ts'
export { guardWhole } from './whole-guard.ts'
export type { Seen } from './whole-guard.ts'
