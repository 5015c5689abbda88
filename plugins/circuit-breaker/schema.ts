/** The options of the plugin `circuit-breaker`. */

import type { OptionsSchema } from '../../core/index.ts'
import { statusListSchema } from '../shared/attempts/status-list.ts'

export const tripRule = {
  type: 'object',
  required: ['match'],
  additionalProperties: false,
  properties: {
    match: { type: 'string', minLength: 1, format: 'regex', description: "A regular expression for the provider's error text; case does not matter." },
    ttl: { type: 'number', format: 'duration', default: '0s', description: 'How long the breaker stays open; 0 is `timeout`.' },
  },
} as const satisfies OptionsSchema

export const schema = {
  type: 'object',
  properties: {
    enabled: {
      type: 'boolean',
      default: true,
      setting: 'resilience.circuit_breaker.enabled',
      env: 'CIRCUIT_BREAKER_ENABLED',
      description: 'Whether calls to a failing provider are kept back.',
    },
    failure_threshold: {
      type: 'integer',
      minimum: 0,
      default: 5,
      setting: 'resilience.circuit_breaker.failure_threshold',
      env: 'CIRCUIT_BREAKER_FAILURE_THRESHOLD',
      description: 'Consecutive failed requests that open the breaker; 0 switches it off.',
    },
    success_threshold: {
      type: 'integer',
      minimum: 1,
      default: 2,
      setting: 'resilience.circuit_breaker.success_threshold',
      env: 'CIRCUIT_BREAKER_SUCCESS_THRESHOLD',
      description: 'Consecutive successful probes that close it again.',
    },
    timeout: {
      type: 'number',
      format: 'duration',
      default: '30s',
      setting: 'resilience.circuit_breaker.timeout',
      env: 'CIRCUIT_BREAKER_TIMEOUT',
      description: 'How long it stays open before a probe is let through.',
    },
    scope: {
      type: 'string',
      enum: ['provider', 'model'],
      default: 'provider',
      setting: 'resilience.circuit_breaker.scope',
      env: 'CIRCUIT_BREAKER_SCOPE',
      description: 'One breaker per provider instance, or per instance and model.',
    },
    failure_on_statuses: {
      ...statusListSchema,
      default: ['5xx'],
      setting: 'resilience.circuit_breaker.failure_on_statuses',
      env: 'CIRCUIT_BREAKER_FAILURE_ON_STATUSES',
      description: 'Statuses that count as failures; an empty list leaves connections that failed.',
    },
    slow_call_threshold: {
      type: 'number',
      format: 'duration',
      default: '0s',
      setting: 'resilience.circuit_breaker.slow_call_threshold',
      env: 'CIRCUIT_BREAKER_SLOW_CALL_THRESHOLD',
      description: 'A success that takes longer counts as a failure; 0 is off.',
    },
    trip_on: {
      type: 'object',
      default: {},
      setting: 'resilience.circuit_breaker.trip_on',
      description: 'Named rules that open the breaker at once, tried by name; for hard quotas.',
      additionalProperties: tripRule,
    },
    trip_on_variables: {
      type: 'object',
      default: {},
      additionalProperties: { type: 'string' },
      setting: 'resilience.circuit_breaker.trip_on_variables',
      env_family: 'CIRCUIT_BREAKER_TRIP_ON_',
      description: 'The same from variables, by the name of the rule with _MATCH and _TTL behind it; they count before the file.',
    },
  },
} as const satisfies OptionsSchema
