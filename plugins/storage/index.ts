/** Stands for the database that the configuration names: it becomes the step of that name. */

import { definePlugin } from '../../core/index.ts'

export default definePlugin({
  name: 'storage',
  description: 'Chooses where keys, usage and all else that outlives a request is remembered.',
  schema: {
    type: 'object',
    properties: {
      type: {
        type: 'string',
        minLength: 1,
        default: 'sqlite',
        setting: 'storage.type',
        env: 'STORAGE_TYPE',
        description: 'The database: `sqlite`, `postgresql`, `mongodb`, or a plugin of your own by package or path.',
      },
      options: { type: 'object', setting: 'storage.options', description: 'The options of a plugin of your own.' },
    },
  },
  expand: ({ type, options = {} }, at) => {
    const place = at('/storage/type')
    const optionsAt = `/storage/${/^[a-z]+$/.test(type) ? type : 'options'}`
    return [{ use: type, options, optionsAt, ...(place === undefined ? {} : { place }) }]
  },
})
