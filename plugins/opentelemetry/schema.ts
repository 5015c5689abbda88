/** The options of the plugin `opentelemetry`: the settings that OpenTelemetry itself names, by its own variables. */

import type { OptionsSchema } from '../../core/index.ts'

/** A map, or the same as variables write it: `name=value,name=value`, percent-encoded where need be. */
const pairs = {
  oneOf: [{ type: 'object', additionalProperties: { type: 'string' } }, { type: 'string' }],
  default: {},
  env_form: 'bare',
} as const satisfies OptionsSchema
/** It may hold a user and a password. */
const address = { type: 'string', secret: true, env_form: 'bare' } as const satisfies OptionsSchema
const exporter = { enum: ['otlp', 'none'], default: 'otlp', env_form: 'bare' } as const satisfies OptionsSchema
const milliseconds = { type: 'integer', minimum: 1, env_form: 'bare' } as const satisfies OptionsSchema

export const schema = {
  type: 'object',
  properties: {
    enabled: {
      type: 'boolean',
      default: false,
      setting: 'opentelemetry.enabled',
      env: 'OTEL_ENABLED',
      env_form: 'bare',
      description: 'Whether traces and metrics go to a collector.',
    },
    service_name: {
      type: 'string',
      default: 'tapline',
      minLength: 1,
      setting: 'opentelemetry.service_name',
      env: 'OTEL_SERVICE_NAME',
      env_form: 'bare',
      description: 'What this gateway is called there (`service.name`).',
    },
    resource_attributes: {
      ...pairs,
      setting: 'opentelemetry.resource_attributes',
      env: 'OTEL_RESOURCE_ATTRIBUTES',
      description: 'What else is said of this gateway, for example `deployment.environment.name=prod`.',
    },
    endpoint: {
      ...address,
      default: 'http://localhost:4318',
      setting: 'opentelemetry.endpoint',
      env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      description: 'The collector; `/v1/traces` and `/v1/metrics` are added.',
    },
    traces_endpoint: {
      ...address,
      setting: 'opentelemetry.traces_endpoint',
      env: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
      description: 'The whole address for traces, where that is another.',
    },
    metrics_endpoint: {
      ...address,
      setting: 'opentelemetry.metrics_endpoint',
      env: 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
      description: 'The whole address for metrics, where that is another.',
    },
    protocol: {
      enum: ['http/protobuf', 'http/json'],
      default: 'http/protobuf',
      setting: 'opentelemetry.protocol',
      env: 'OTEL_EXPORTER_OTLP_PROTOCOL',
      env_form: 'bare',
      description: 'How it is written.',
    },
    headers: {
      ...pairs,
      secret: true,
      setting: 'opentelemetry.headers',
      env: 'OTEL_EXPORTER_OTLP_HEADERS',
      description: "Headers for the collector: its credential, say. They win over the SDK's own variables for headers.",
    },
    export_timeout_ms: {
      ...milliseconds,
      default: 10_000,
      setting: 'opentelemetry.export_timeout_ms',
      env: 'OTEL_EXPORTER_OTLP_TIMEOUT',
      description: 'How long the collector may take for what it is sent, repetitions included.',
    },
    traces_exporter: { ...exporter, setting: 'opentelemetry.traces_exporter', env: 'OTEL_TRACES_EXPORTER', description: '`none`: no traces.' },
    metrics_exporter: { ...exporter, setting: 'opentelemetry.metrics_exporter', env: 'OTEL_METRICS_EXPORTER', description: '`none`: no metrics.' },
    span_delay_ms: {
      ...milliseconds,
      default: 5000,
      setting: 'opentelemetry.span_delay_ms',
      env: 'OTEL_BSP_SCHEDULE_DELAY',
      description: 'How long spans are gathered before they are sent.',
    },
    metric_interval_ms: {
      ...milliseconds,
      default: 60_000,
      setting: 'opentelemetry.metric_interval_ms',
      env: 'OTEL_METRIC_EXPORT_INTERVAL',
      description: 'How often metrics are sent.',
    },
    sampler: {
      enum: ['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio', 'always_on', 'always_off', 'traceidratio'],
      default: 'parentbased_always_on',
      setting: 'opentelemetry.sampler',
      env: 'OTEL_TRACES_SAMPLER',
      env_form: 'bare',
      description: 'Which traces are recorded. `parentbased_…`: as the caller decided, and for callers without a trace as the rest of the word says.',
    },
    sampler_arg: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      setting: 'opentelemetry.sampler_arg',
      env: 'OTEL_TRACES_SAMPLER_ARG',
      env_form: 'bare',
      description: 'The part of all traces that `traceidratio` records; 1 where absent.',
    },
    propagators: {
      type: 'array',
      items: { enum: ['tracecontext', 'baggage', 'none'] },
      default: ['tracecontext', 'baggage'],
      setting: 'opentelemetry.propagators',
      env: 'OTEL_PROPAGATORS',
      env_form: 'bare',
      description: "What goes on to providers: the trace (`traceparent`, `tracestate`), which is taken up from the caller as well, and the caller's `baggage`.",
    },
    capture_message_content: {
      type: 'boolean',
      default: false,
      setting: 'opentelemetry.capture_message_content',
      env: 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT',
      env_form: 'bare',
      description: 'Whether prompts and answers stand in the spans of calls.',
    },
  },
} as const satisfies OptionsSchema
