/** How the playground speaks each of the callers' dialects. */

/** A reply, or an event of one, as far as its text is concerned. */
interface Spoken {
  readonly type?: string
  readonly choices?: readonly { readonly message?: { readonly content?: string | null }; readonly delta?: { readonly content?: string | null } }[]
  readonly content?: readonly { readonly text?: string }[]
  readonly delta?: string | { readonly text?: string }
  readonly output?: readonly { readonly content?: readonly { readonly text?: string }[] }[]
}

interface Dialect {
  readonly title: string
  readonly path: string
  body(model: string, system: string, prompt: string): object
  /** The text in a reply, or what an event adds to it. */
  textOf(spoken: unknown): string
}

export const dialects = {
  chat: {
    title: 'Chat Completions',
    path: '/v1/chat/completions',
    body: (model, system, prompt) => ({
      model,
      messages: [...(system === '' ? [] : [{ role: 'system', content: system }]), { role: 'user', content: prompt }],
    }),
    textOf: spoken => (spoken as Spoken).choices?.map(({ message, delta }) => message?.content ?? delta?.content ?? '').join('') ?? '',
  },
  responses: {
    title: 'Responses',
    path: '/v1/responses',
    body: (model, system, prompt) => ({ model, ...(system === '' ? {} : { instructions: system }), input: prompt }),
    textOf: spoken => {
      const { type, delta, output } = spoken as Spoken
      if (type === 'response.output_text.delta') return typeof delta === 'string' ? delta : ''
      return output?.flatMap(({ content = [] }) => content.map(({ text = '' }) => text)).join('') ?? ''
    },
  },
  messages: {
    title: 'Messages',
    path: '/v1/messages',
    body: (model, system, prompt) => ({ model, max_tokens: 1024, ...(system === '' ? {} : { system }), messages: [{ role: 'user', content: prompt }] }),
    textOf: spoken => {
      const { type, delta, content } = spoken as Spoken
      if (type === 'content_block_delta') return typeof delta === 'object' ? (delta.text ?? '') : ''
      return content?.map(({ text = '' }) => text).join('') ?? ''
    },
  },
} as const satisfies Readonly<Record<string, Dialect>>

export type DialectName = keyof typeof dialects
