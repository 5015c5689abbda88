/** The options of the plugin `audit`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    recording: { type: 'boolean', default: true, setting: 'logging.enabled', env: 'LOGGING_ENABLED', description: 'Whether requests are written to the audit log.' },
    log_bodies: { type: 'boolean', default: false, setting: 'logging.log_bodies', env: 'LOGGING_LOG_BODIES', description: 'Whether bodies of requests and replies go with them, up to 1 MiB each.' },
    log_headers: { type: 'boolean', default: true, setting: 'logging.log_headers', env: 'LOGGING_LOG_HEADERS', description: 'Whether headers go with them; credentials are left out.' },
    log_revision_bodies: { type: 'boolean', default: true, setting: 'logging.log_revision_bodies', env: 'LOGGING_LOG_REVISION_BODIES', description: 'Whether the request goes with them as policy changed it. Needs `log_bodies`.' },
    log_guardrail_steps: { type: 'boolean', default: true, setting: 'logging.log_guardrail_steps', env: 'LOGGING_LOG_GUARDRAIL_STEPS', description: 'One revision for each step that edits a request; else one for all of them.' },
    log_audio_bodies: { type: 'boolean', default: false, setting: 'logging.log_audio_bodies', env: 'LOGGING_LOG_AUDIO_BODIES', description: 'Whether audio is kept. Needs `log_bodies`; else its type and size are.' },
    log_image_bodies: { type: 'boolean', default: false, setting: 'logging.log_image_bodies', env: 'LOGGING_LOG_IMAGE_BODIES', description: 'Whether images are kept. Needs `log_bodies`; else their type and size are.' },
    log_image_bodies_scope: { type: 'string', enum: ['all', 'input', 'output'], default: 'all', setting: 'logging.log_image_bodies_scope', env: 'LOGGING_LOG_IMAGE_BODIES_SCOPE', description: 'Which images are kept: those that callers send, those that they get, or both.' },
    only_model_interactions: { type: 'boolean', default: true, setting: 'logging.only_model_interactions', env: 'LOGGING_ONLY_MODEL_INTERACTIONS', description: 'Leaves out requests that are not for a model. Writes of administrators are always there.' },
    buffer_size: { type: 'integer', minimum: 1, maximum: 100_000, default: 1000, setting: 'logging.buffer_size', env: 'LOGGING_BUFFER_SIZE', description: 'How many rows may wait in memory.' },
    flush_interval: { type: 'number', format: 'seconds', minimum: 1, default: 5, setting: 'logging.flush_interval', env: 'LOGGING_FLUSH_INTERVAL', description: 'How long a row waits in memory at most.' },
    retention_days: { type: 'integer', minimum: 0, maximum: 36_525, default: 30, setting: 'logging.retention_days', env: 'LOGGING_RETENTION_DAYS', description: 'How long rows are kept; 0 is forever.' },
    media_type: { type: 'string', enum: ['filesystem', 'memory'], default: 'filesystem', setting: 'media.type', env: 'MEDIA_STORAGE_TYPE', description: 'Where audio and images are kept.' },
    media_path: { type: 'string', minLength: 1, setting: 'media.path', env: 'MEDIA_STORAGE_PATH', description: 'The folder of audio and images; `media` beside the other data by default.' },
  },
} as const satisfies OptionsSchema
