/** What LiteLLM calls the vendors, and their types here. Facts: https://docs.litellm.ai/docs/providers */

/** A vendor as LiteLLM has it. */
export interface Vendor {
  /** The type of provider here. */
  readonly type: string
  /** The variable in which LiteLLM looks for its key. */
  readonly key?: string
  /** Where it is, for a type that has no place of its own. */
  readonly url?: string
  /** The variable in which LiteLLM looks for that. */
  readonly urlVariable?: string
}

const compatible = (key: string, url: string): Vendor => ({ type: 'openai-compatible', key, url })

/** By what stands before the slash of `litellm_params.model`. */
const vendors: Readonly<Record<string, Vendor>> = {
  openai: { type: 'openai', key: 'OPENAI_API_KEY' },
  'text-completion-openai': { type: 'openai', key: 'OPENAI_API_KEY' },
  azure: { type: 'azure', key: 'AZURE_API_KEY', urlVariable: 'AZURE_API_BASE' },
  anthropic: { type: 'anthropic', key: 'ANTHROPIC_API_KEY' },
  bedrock: { type: 'bedrock' },
  bedrock_converse: { type: 'bedrock' },
  vertex_ai: { type: 'vertex' },
  vertex_ai_beta: { type: 'vertex' },
  gemini: { type: 'gemini', key: 'GEMINI_API_KEY' },
  groq: { type: 'groq', key: 'GROQ_API_KEY' },
  mistral: { type: 'mistral', key: 'MISTRAL_API_KEY' },
  cohere: { type: 'cohere', key: 'COHERE_API_KEY' },
  cohere_chat: { type: 'cohere', key: 'COHERE_API_KEY' },
  deepseek: { type: 'deepseek', key: 'DEEPSEEK_API_KEY' },
  xai: { type: 'xai', key: 'XAI_API_KEY' },
  openrouter: { type: 'openrouter', key: 'OPENROUTER_API_KEY' },
  fireworks_ai: { type: 'fireworks', key: 'FIREWORKS_AI_API_KEY' },
  dashscope: { type: 'bailian', key: 'DASHSCOPE_API_KEY' },
  moonshot: { type: 'kimi', key: 'MOONSHOT_API_KEY' },
  minimax: { type: 'minimax', key: 'MINIMAX_API_KEY' },
  zai: { type: 'zai', key: 'ZAI_API_KEY' },
  elevenlabs: { type: 'elevenlabs', key: 'ELEVENLABS_API_KEY' },
  ollama: { type: 'ollama', url: 'http://localhost:11434', urlVariable: 'OLLAMA_API_BASE' },
  ollama_chat: { type: 'ollama', url: 'http://localhost:11434', urlVariable: 'OLLAMA_API_BASE' },
  hosted_vllm: { type: 'vllm', urlVariable: 'HOSTED_VLLM_API_BASE' },
  together_ai: compatible('TOGETHERAI_API_KEY', 'https://api.together.xyz/v1'),
  perplexity: compatible('PERPLEXITYAI_API_KEY', 'https://api.perplexity.ai'),
  deepinfra: compatible('DEEPINFRA_API_KEY', 'https://api.deepinfra.com/v1/openai'),
  cerebras: compatible('CEREBRAS_API_KEY', 'https://api.cerebras.ai/v1'),
  nvidia_nim: compatible('NVIDIA_NIM_API_KEY', 'https://integrate.api.nvidia.com/v1'),
  sambanova: compatible('SAMBANOVA_API_KEY', 'https://api.sambanova.ai/v1'),
  openai_like: { type: 'openai-compatible' },
  custom_openai: { type: 'openai-compatible' },
  lm_studio: { type: 'openai-compatible', urlVariable: 'LM_STUDIO_API_BASE' },
  llamafile: { type: 'openai-compatible', url: 'http://127.0.0.1:8080/v1' },
  litellm_proxy: { type: 'openai-compatible', urlVariable: 'LITELLM_PROXY_API_BASE' },
}

/** Whose models have such names, where nothing stands before them. */
const bare: readonly (readonly [RegExp, string])[] = [
  [/^(gpt-|chatgpt-|ft:|o\d|text-embedding-|dall-e-|tts-|whisper-|omni-moderation)/, 'openai'],
  [/^claude-/, 'anthropic'],
  [/^gemini-/, 'vertex_ai'],
  [/^(command-|embed-|rerank-)/, 'cohere'],
]

/** Whether a provider of this name finds its key in a variable of that name. */
export function isTypeHere(name: string): boolean {
  return Object.values(vendors).some(({ type }) => type === name)
}

export interface Named {
  readonly prefix: string
  readonly vendor: Vendor
  /** As the vendor knows it. */
  readonly model: string
}

/** @param custom `custom_llm_provider` @returns undefined for a vendor that nothing here is for */
export function vendorOf(model: string, custom: string | undefined): Named | undefined {
  const [, before = '', after = ''] = /^([^/]+)\/(.+)$/.exec(model) ?? []
  const prefix = custom ?? (Object.hasOwn(vendors, before) ? before : bare.find(([pattern]) => pattern.test(model))?.[1])
  const vendor = prefix === undefined || !Object.hasOwn(vendors, prefix) ? undefined : vendors[prefix]
  if (prefix === undefined || vendor === undefined) return undefined
  const named = before === prefix ? after : model
  return { prefix, vendor, model: vendor.type === 'openai' || vendor.type === 'azure' ? named.replace(routes, '') : named }
}

/** What tells LiteLLM how to call a model of OpenAI's. */
const routes = /^(?:responses|o_series|gpt5_series)\//
