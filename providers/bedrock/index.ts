/** Amazon Bedrock. Facts: https://docs.aws.amazon.com/bedrock/latest/userguide */

import { defineProvider, type ProviderDefinition, type ProviderSettings, type Refusal } from '../../core/index.ts'
import { perInstance } from '../shared/per-instance.ts'
import { Account } from './account.ts'
import { credentialVariables } from './credentials.ts'
import { modelTraits, readModels, traitsOf } from './models.ts'
import { controlUrl, regionVariables, runtimeUrl } from './place.ts'
import { real, type BedrockDeps } from './deps.ts'

/** The type, with dependencies that tests may replace. */
export function bedrock(deps: BedrockDeps): ProviderDefinition {
  const accountOf = perInstance((settings: ProviderSettings) => new Account(settings, deps))

  return defineProvider({
    name: 'bedrock',
    description: 'Amazon Bedrock',
    needs: ['base_url'],
    baseUrlVariables: regionVariables,
    baseUrlFor: runtimeUrl,
    variables: [...regionVariables, ...credentialVariables],
    dialects: ['bedrock-converse'],
    countsApart: ['cache'],
    replyIdHeader: 'x-amzn-requestid',
    operations: {
      converse: 'POST /model/{model}/converse',
      converse_stream: 'POST /model/{model}/converse-stream',
      models: 'GET /foundation-models?byInferenceType=ON_DEMAND',
    },
    schema: {
      type: 'object',
      properties: {
        json_schema_tool: {
          type: 'boolean',
          default: false,
          description: 'Models that take no schema for their answer are made to call a tool with it instead.',
        },
        model_traits: modelTraits,
      },
    },
    resolve: settings => {
      accountOf(settings)
      return { listingUrl: controlUrl(String(settings.base_url)) }
    },
    traits: (model, settings) => {
      const traits = traitsOf(model, settings)
      return accountOf(settings).unmarked.has(model) ? { ...traits, cacheMarks: false } : traits
    },
    models: readModels,
    learn: (refusal, { settings, model }) => accountOf(settings).learn(refusal, model),
    explain,
    signsBody: true,
    sign: (call, settings) => accountOf(settings).sign(call),
  })
}

export default bedrock(real)

/** Many models are reached through an inference profile only. */
function explain({ message }: Refusal): string | undefined {
  if (!/on-demand throughput isn.t supported/i.test(message)) return undefined
  return `${message} Use the id of an inference profile, for example one that begins with us., eu. or global.; to have it listed, name it among the provider's models.`
}
