/** What the semantic conventions call the vendors of models, by provider type. https://opentelemetry.io/docs/specs/semconv/gen-ai/ */

const words: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  azure: 'azure.ai.openai',
  bedrock: 'aws.bedrock',
  'bedrock-mantle': 'aws.bedrock',
  cohere: 'cohere',
  deepseek: 'deepseek',
  gemini: 'gcp.gemini',
  groq: 'groq',
  kimi: 'moonshot_ai',
  kimicode: 'moonshot_ai',
  mistral: 'mistral_ai',
  openai: 'openai',
  vertex: 'gcp.vertex_ai',
  xai: 'x_ai',
}

/** Vendors that the conventions have no word for. */
const ownWords: ReadonlySet<string> = new Set([
  'bailian',
  'chutes',
  'edenai',
  'elevenlabs',
  'fireworks',
  'kilo',
  'meta',
  'minimax',
  'opencode_go',
  'openrouter',
  'oracle',
  'xiaomi',
  'zai',
])

/** A type that says nothing of who stands behind it is `unknown`. */
export function vendorOf(type: string): string {
  return words[type] ?? (ownWords.has(type) ? type : 'unknown')
}
