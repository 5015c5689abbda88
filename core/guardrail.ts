/** `tapline/guardrail`: what guardrails that look for something in texts are made of. */

export { AskedModel } from './guard/asked-model.ts'
export type { AskedModelFacts, ModelAnswer } from './guard/asked-model.ts'
export { guardProperties, lookbehindProperty, rolesOf, rolesProperty } from './guard/properties.ts'
export { react } from './guard/reaction.ts'
export type { ReactionFacts } from './guard/reaction.ts'
export { guardTexts, textRule } from './guard/text-guard.ts'
export type { GuardAction, GuardOptions, TextRule } from './guard/text-guard.ts'
export { guardWhole } from './guard/whole-guard.ts'
export type { Seen } from './guard/whole-guard.ts'
