/** The options of the plugin `header-policies`. */

import type { OptionsSchema } from '../../core/index.ts'
import { headerPolicy } from '../../core/upstream/headers/header-policy.ts'
import { writtenRule } from '../shared/guard/written-rule.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled: {
      type: 'boolean',
      default: true,
      setting: 'header_policies.enabled',
      env: 'HEADER_POLICIES_ENABLED',
      description: 'False switches all header policies off; what is defined, and what workflows name, stays.',
    },
    policies: {
      type: 'array',
      default: [],
      setting: 'header_policies.policies',
      env: 'HEADER_POLICIES_JSON',
      description: 'The header policies, by ascending step.',
      items: headerPolicy,
    },
    rules: {
      type: 'array',
      default: [],
      setting: 'guardrails.rules',
      description: 'Of these, rules of the type header_modification are header policies, too.',
      items: writtenRule,
    },
  },
} as const satisfies OptionsSchema
