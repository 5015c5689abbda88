/** The options of the plugin `load-shed`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    max_in_flight: {
      type: 'integer',
      minimum: 0,
      default: 2000,
      setting: 'load_shed.max_in_flight',
      env: 'LOAD_SHED_MAX_IN_FLIGHT',
      description: 'Refuse model requests while so many are in progress; 0 is off.',
    },
    max_queue_per_origin: {
      type: 'integer',
      minimum: 0,
      default: 1000,
      setting: 'load_shed.max_queue_per_origin',
      env: 'LOAD_SHED_MAX_QUEUE',
      description: 'Refuse model requests while so many calls wait for a connection to one provider; 0 is off.',
    },
    event_loop_delay: {
      type: 'number',
      format: 'duration',
      minimum: 0,
      default: 0,
      setting: 'load_shed.event_loop_delay',
      env: 'LOAD_SHED_LOOP_DELAY',
      description: 'Refuse model requests while the event loop was so late in the last 5 seconds, at the 99th percentile; 0 is off.',
    },
    heap_ratio: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0,
      setting: 'load_shed.heap_ratio',
      env: 'LOAD_SHED_HEAP_RATIO',
      description: 'Refuse model requests while so much of the heap that the process may have is in use, from 0 to 1; 0 is off.',
    },
  },
} as const satisfies OptionsSchema
