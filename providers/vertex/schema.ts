/** The settings of an instance. */

import type { OptionsSchema } from '../../core/index.ts'
import { apiModeOption, geminiTraitsOption } from '../shared/gemini-models.ts'

export const schema = {
  type: 'object',
  required: ['vertex_project', 'vertex_location'],
  properties: {
    vertex_project: { type: 'string', minLength: 1, env: 'PROJECT', description: 'The project that is billed.' },
    vertex_location: { type: 'string', minLength: 1, env: 'LOCATION', description: 'A region, us, eu or global.' },
    auth_type: {
      type: 'string',
      enum: ['gcp_adc', 'adc', 'google_adc', 'gcp_service_account', 'service_account'],
      env: 'AUTH_TYPE',
      description:
        "Whose identity calls have: the application default credentials, or a service account's. By default that of a service account if one is given.",
    },
    service_account_file: { type: 'string', minLength: 1, env: 'SERVICE_ACCOUNT_FILE', description: "The path of a service account's key." },
    service_account_json: { type: 'string', minLength: 1, secret: true, env: 'SERVICE_ACCOUNT_JSON', description: "A service account's key itself." },
    service_account_json_base64: { type: 'string', minLength: 1, secret: true, env: 'SERVICE_ACCOUNT_JSON_BASE64', description: 'The same, in base64.' },
    gcp_scope: {
      type: 'string',
      minLength: 1,
      env: 'GCP_SCOPE',
      description: 'What tokens are asked for; https://www.googleapis.com/auth/cloud-platform by default.',
    },
    api_mode: apiModeOption,
    model_traits: geminiTraitsOption,
  },
} as const satisfies OptionsSchema
