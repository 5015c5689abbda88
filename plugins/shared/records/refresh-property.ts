/** The option of plugins that keep in memory what administrators make, as a member of their schemas. */

export const refreshProperty = {
  type: 'string',
  format: 'duration',
  default: '1m',
  setting: 'workflows.refresh_interval',
  env: 'WORKFLOW_REFRESH_INTERVAL',
  description: 'How often workflows, what they name and added providers are read from the store, should a notice of a change be lost.',
} as const
