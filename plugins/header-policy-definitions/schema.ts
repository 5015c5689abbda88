/** The options of the plugin `header-policy-definitions`. */

import type { OptionsSchema } from '../../core/index.ts'
import { headerPolicy } from '../../core/upstream/headers/header-policy.ts'
import { writtenRule } from '../shared/guard/written-rule.ts'
import { refreshProperty } from '../shared/records/refresh-property.ts'

export const schema = {
  type: 'object',
  properties: {
    policies: {
      type: 'array',
      default: [],
      setting: 'header_policies.policies',
      env: 'HEADER_POLICIES_JSON',
      description: 'Header policies that administrators can use, and not change.',
      items: headerPolicy,
    },
    rules: {
      type: 'array',
      default: [],
      setting: 'guardrails.rules',
      description: 'Of these, rules of the type header_modification are header policies, too.',
      items: writtenRule,
    },
    in_use: {
      type: 'boolean',
      default: true,
      setting: 'header_policies.enabled',
      env: 'HEADER_POLICIES_ENABLED',
      description: 'False switches all header policies off; what is defined, and what workflows name, stays.',
    },
    refresh_interval: refreshProperty,
  },
} as const satisfies OptionsSchema
