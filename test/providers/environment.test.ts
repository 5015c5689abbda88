import { expect } from 'chai'
import azure from '../../providers/azure.ts'
import mantle from '../../providers/bedrock-mantle.ts'
import deepseek from '../../providers/deepseek.ts'
import llmd from '../../providers/llmd.ts'
import ollama from '../../providers/ollama.ts'
import openai from '../../providers/openai.ts'
import opencodeGo from '../../providers/opencode_go.ts'
import openrouter from '../../providers/openrouter.ts'
import vllm from '../../providers/vllm.ts'
import { load } from '../core/config/given.ts'

const providerTypes = [azure, mantle, deepseek, llmd, ollama, openai, opencodeGo, openrouter, vllm]
const settings = async (env: Readonly<Record<string, string>>, instance: string) => (await load({ env, providerTypes })).providers.get(instance)?.settings

describe('the variables of provider types', () => {
  const cases: readonly [Readonly<Record<string, string>>, instance: string, expected: object][] = [
    [{ AZURE_API_KEY: 'k', AZURE_BASE_URL: 'https://a.example' }, 'azure', { api_version: '2024-10-21' }],
    [{ AZURE_API_KEY: 'k', AZURE_BASE_URL: 'https://a.example', AZURE_API_VERSION: '2025-01-01' }, 'azure', { api_version: '2025-01-01' }],
    [{ AZURE_EU_API_KEY: 'k', AZURE_EU_BASE_URL: 'https://a.example', AZURE_EU_API_VERSION: '2025-01-01' }, 'azure-eu', { api_version: '2025-01-01' }],
    [
      { OPENROUTER_API_KEY: 'k', OPENROUTER_SITE_URL: 'https://me.example', OPENROUTER_APP_NAME: 'Me' },
      'openrouter',
      { site_url: 'https://me.example', app_name: 'Me' },
    ],
    [{ DEEPSEEK_API_KEY: 'k' }, 'deepseek', { json_schema_mode: 'downgrade' }],
    [{ DEEPSEEK_API_KEY: 'k', DEEPSEEK_JSON_SCHEMA_MODE: 'error' }, 'deepseek', { json_schema_mode: 'error' }],
    [{ OPENCODE_GO_API_KEY: 'k' }, 'opencode_go', { messages_models: ['qwen3.7-max'], default_reasoning_effort: 'low', session_header: true }],
    [
      {
        OPENCODE_GO_TEAM_API_KEY: 'k',
        OPENCODE_GO_TEAM_MESSAGES_MODELS: 'a, b',
        OPENCODE_GO_TEAM_DEFAULT_REASONING_EFFORT: 'high',
        OPENCODE_GO_TEAM_SESSION_HEADER: 'false',
      },
      'opencode_go-team',
      { messages_models: ['a', 'b'], default_reasoning_effort: 'high', session_header: false },
    ],
    [
      { BEDROCK_MANTLE_API_KEY: 'k', BEDROCK_MANTLE_BASE_URL: 'us-east-1', BEDROCK_MANTLE_API_MODE: 'openai' },
      'bedrock-mantle',
      { base_url: 'https://bedrock-mantle.us-east-1.api.aws/v1', api_mode: 'openai' },
    ],
    [{ BEDROCK_MANTLE_API_KEY: 'k', AWS_REGION: 'eu-west-1' }, 'bedrock-mantle', { base_url: 'https://bedrock-mantle.eu-west-1.api.aws/v1' }],
    [
      { LLMD_BASE_URL: 'http://gpu', LLMD_INFERENCE_OBJECTIVE: 'chat', LLMD_FAIRNESS_FROM_USER_PATH: 'false' },
      'llmd',
      { inference_objective: 'chat', fairness_from_user_path: false },
    ],
    [{ OLLAMA_A_BASE_URL: 'http://gpu:11434' }, 'ollama-a', { base_url: 'http://gpu:11434' }],
    [{ VLLM_API_KEY: 'k' }, 'vllm', {}],
  ]
  for (const [env, instance, expected] of cases) {
    it(Object.keys(env).join(', '), async () => {
      const given = await settings(env, instance)
      expect(given, instance).to.not.equal(undefined)
      expect(given).to.deep.include(expected)
    })
  }

  it('of a key for bedrock-mantle make no other provider', async () =>
    expect([...(await load({ env: { BEDROCK_MANTLE_API_KEY: 'k', AWS_REGION: 'us-east-1' }, providerTypes })).providers.keys()]).to.deep.equal([
      'bedrock-mantle',
    ]))
})
