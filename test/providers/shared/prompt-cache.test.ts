import { expect } from 'chai'
import type { ModelTraits } from '../../../core/neutral/translation.ts'
import type { ProviderDefinition } from '../../../core/plugin/provider.ts'
import anthropic from '../../../providers/anthropic.ts'
import azure from '../../../providers/azure.ts'
import bedrock from '../../../providers/bedrock/index.ts'
import gemini from '../../../providers/gemini.ts'
import openai from '../../../providers/openai.ts'

const traits = (definition: ProviderDefinition, model: string, more: object = {}): ModelTraits =>
  definition.traits?.(model, { name: 'x', type: definition.name, ...more }) ?? {}
const aws = { base_url: 'https://bedrock-runtime.us-east-1.amazonaws.com', variables: {} }

describe('prompts are cached', () => {
  const cases: readonly (readonly [ProviderDefinition, models: readonly string[], tokens: number | undefined, settings?: object])[] = [
    [openai, ['gpt-4o', 'gpt-4o-mini-2024-07-18', 'gpt-4.1', 'o3', 'gpt-5', 'gpt-5.6', 'ft:gpt-4o:acme::1'], 1024],
    [openai, ['gpt-4', 'gpt-4-turbo', 'gpt-3.5-turbo', 'ft:gpt-3.5-turbo:acme::1'], undefined],
    [openai, ['gpt-5'], undefined, { base_url: 'https://llm.example/v1' }],
    [azure, ['gpt-5'], undefined],
    [anthropic, ['claude-opus-5', 'claude-fable-5-20260801', 'claude-mythos-5'], 512],
    [anthropic, ['claude-opus-4-1', 'claude-sonnet-4-5', 'claude-sonnet-5', 'claude-opus-4-8', 'claude-3-7-sonnet-latest'], 1024],
    [anthropic, ['claude-opus-4-7', 'claude-3-5-haiku-latest', 'claude-3-haiku-20240307'], 2048],
    [anthropic, ['claude-opus-4-5-20251101', 'claude-opus-4.6', 'claude-haiku-4-5'], 4096],
    [anthropic, ['claude-2.1', 'claude-instant-1'], undefined],
    [bedrock, ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'anthropic.claude-3-7-sonnet-20250219-v1:0'], 1024, aws],
    [bedrock, ['global.anthropic.claude-haiku-4-5-v1:0'], 4096, aws],
    [bedrock, ['anthropic.claude-3-5-haiku-20241022-v1:0'], 2048, aws],
    [bedrock, ['eu.amazon.nova-pro-v1:0'], 1000, aws],
    [bedrock, ['anthropic.claude-3-sonnet-20240229-v1:0', 'anthropic.claude-v2', 'meta.llama3-70b', 'amazon.titan-text'], undefined, aws],
    [gemini, ['gemini-2.5-flash', 'gemini-3-flash-preview', 'models/gemini-2.5-flash-lite'], 1024],
    [gemini, ['gemini-2.5-pro', 'gemini-3-pro-preview'], 4096],
    [gemini, ['gemini-embedding-001', 'gemma-3', 'gemini-2.5-flash-image'], undefined],
    [gemini, ['gemini-2.5-pro'], undefined, { api_mode: 'openai_compatible' }],
  ]
  for (const [definition, models, tokens, settings] of cases) {
    for (const model of models) {
      it(`by ${definition.name}${settings === undefined || settings === aws ? '' : ' elsewhere'}, of ${model}, ${tokens === undefined ? 'never' : `from ${tokens} tokens on`}`, () => {
        expect(traits(definition, model, settings).promptCacheTokens).to.equal(tokens)
      })
    }
  }

  for (const [model, isMarked] of [
    ['gpt-5.5', false],
    ['gpt-5.6', true],
    ['gpt-5.6-mini-2026-08-01', true],
    ['gpt-5.10', true],
    ['gpt-6', true],
    ['gpt-10', true],
    ['gpt-4o', false],
    ['gpt-35-turbo', false],
    ['o3', false],
  ] as const) {
    it(`${isMarked ? '' : 'not '}up to marks, of ${model}`, () => {
      expect(traits(openai, model).promptCacheBreakpoints === true).to.equal(isMarked)
    })
  }

  it('as the operator says', () => {
    const model_traits = [{ models: 'gpt-*', prompt_cache_tokens: 0, prompt_cache_breakpoints: false }]
    expect(traits(openai, 'gpt-5.6', { model_traits })).to.include({ promptCacheTokens: 0, promptCacheBreakpoints: false })
  })
})
