/** What a streamed chat says, put together by kind. */

interface Delta {
  readonly content?: string | null
  readonly reasoning_content?: string
  readonly refusal?: string | null
  readonly tool_calls?: readonly { readonly index: number; readonly function?: { readonly arguments?: string } }[]
}

interface Chunk {
  readonly choices: readonly { readonly index: number; readonly delta: Delta; readonly finish_reason: string | null }[]
  readonly error?: { readonly code: string | null; readonly type: string; readonly message: string }
}

export interface StreamTexts {
  /** By `choice/kind`, for example `0/content`, `0/tool_calls/1`. */
  readonly texts: Readonly<Record<string, string>>
  readonly finishReasons: readonly string[]
  readonly errors: readonly NonNullable<Chunk['error']>[]
  readonly dones: number
}

/** @throws Error if an event is no JSON */
export function streamTexts(body: Buffer | string): StreamTexts {
  const texts: Record<string, string> = {}
  const finishReasons: string[] = []
  const errors: NonNullable<Chunk['error']>[] = []
  let dones = 0
  const add = (key: string, text: string | null | undefined) => {
    if (text) texts[key] = (texts[key] ?? '') + text
  }
  for (const event of body.toString().split(/\r\n\r\n|\n\n|\r\r/)) {
    const data = event
      .split(/\r\n|\n|\r/)
      .filter(line => line.startsWith('data:'))
      .map(line => line.slice(5).trim())
      .join('\n')
    if (data === '[DONE]') dones += 1
    if (data === '' || data === '[DONE]') continue
    const { choices = [], error } = JSON.parse(data) as Partial<Chunk>
    if (error !== undefined) errors.push(error)
    for (const { index, delta, finish_reason: reason } of choices) {
      add(`${index}/content`, delta.content)
      add(`${index}/reasoning`, delta.reasoning_content)
      add(`${index}/refusal`, delta.refusal)
      for (const call of delta.tool_calls ?? []) add(`${index}/tool_calls/${call.index}`, call.function?.arguments)
      if (reason !== null) finishReasons.push(reason)
    }
  }
  return { texts, finishReasons, errors, dones }
}
