/** Any provider package of the Vercel AI SDK, within this process. Facts: https://ai-sdk.dev/providers */

import { defineProvider } from '../../core/index.ts'
import { answer } from './answer.ts'
import { findPackage } from './package.ts'

export default defineProvider({
  name: 'ai-sdk',
  description: 'A provider package of the Vercel AI SDK',
  dialects: ['ai-sdk'],
  operations: { generate: 'POST /generate', embed: 'POST /embed' },
  namesPackages: true,
  schema: {
    type: 'object',
    required: ['package'],
    properties: {
      package: { type: 'string', minLength: 1, description: 'The npm package, installed beside the configuration, for example @ai-sdk/mistral; or a path.' },
      options: { type: 'object', default: {}, description: 'What its create function is given; api_key and base_url become apiKey and baseURL.' },
      create: { type: 'string', minLength: 1, description: 'The name of its create function, if it has several.' },
      language_model: { type: 'string', minLength: 1, description: 'The method of its provider that makes a language model, such as chat or responses; the provider\'s own choice by default.' },
    },
  },
  /** Whether the package is there is said at the start; it is loaded with the first call. */
  resolve(settings) {
    findPackage(settings)
    return {}
  },
  traits: (_model, { package: name }) => ({ vendor: vendorOf(String(name)) }),
  answer,
})

/** Whose opaque state the package's models issue and read. */
function vendorOf(name: string): string {
  const [, last = name] = /([^/]+)$/.exec(name) ?? []
  if (last === 'azure') return 'openai'
  return last.startsWith('google') ? 'google' : last
}
