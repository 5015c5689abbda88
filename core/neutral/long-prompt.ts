/** How vendors without a code for it say that a prompt is too long; clients act on the code. */

const code = 'context_length_exceeded'

const texts: readonly RegExp[] = [
  // Anthropic
  /prompt is too long/i,
  /input length and `?max_tokens`? exceed context limit/i,
  // Google
  /input token count .*exceeds the maximum number of tokens/i,
  // Amazon
  /input is too long for requested model/i,
  // vLLM, DeepSeek, Mistral; xAI says "prompt length"
  /maximum (context|prompt) length/i,
  // llama.cpp
  /exceeds the available context size/i,
]

/** The code of a vendor's error: the one that all know, if its message speaks of a prompt that is too long, else its own. */
export function codeOfMessage(message: string, own: string | null): string | null {
  return texts.some(text => text.test(message)) ? code : own
}
