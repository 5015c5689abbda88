/** A rule of guardrails as the configuration has it: of header policies by an older spelling, the members are known, too. */

import type { OptionsSchema } from '../../../core/index.ts'
import { guardrailRule } from '../../../core/services/guardrail-rule.ts'
import { headerPolicy } from '../../../core/upstream/headers/header-policy.ts'
import { compatibleType } from './header-policy.ts'

const members = headerPolicy.properties

export const writtenRule = {
  ...guardrailRule,
  if: { properties: { type: { const: compatibleType } } },
  // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON Schema
  then: { properties: { config: shapeOf({ properties: { ...members, endpoints: members.paths } }) } },
} as const satisfies OptionsSchema

/** Which members there are. What they may be is for the policy to say, that reads their values first. */
function shapeOf({ properties, items }: OptionsSchema): OptionsSchema {
  return {
    ...(properties === undefined
      ? {}
      : { additionalProperties: false, properties: Object.fromEntries(Object.entries(properties).map(([member, schema]) => [member, shapeOf(schema)])) }),
    ...(items === undefined ? {} : { items: shapeOf(items) }),
  }
}
