/** What agents send: many tools, and a session in which each answer called one. About 100 KB, streamed, as in the middle of an hour's work. */

const turns = 30
const note = 'The function `parse` reads "tokens" one by one,\n\tand returns what it found: a list of nodes, or an error with its place. Übergang — naïve. '
const source = note.repeat(15)
const tools = Array.from({ length: 20 }, (_, index) => ({
  name: `tool_${index}`,
  description: note.repeat(3),
  schema: { type: 'object', properties: { path: { type: 'string', description: note }, count: { type: 'integer' } }, required: ['path'] },
}))
const instructions = note.repeat(60)
const task = 'Please make the tests pass.'
const input = { path: '/src/parse.ts', count: 3 }

export function agentChat(model: string): string {
  const session = Array.from({ length: turns }, (_, turn) => [
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: `call_${turn}`, type: 'function', function: { name: 'tool_1', arguments: JSON.stringify(input) } }],
    },
    { role: 'tool', tool_call_id: `call_${turn}`, content: source },
  ])
  return JSON.stringify({
    model,
    stream: true,
    tools: tools.map(({ name, description, schema }) => ({ type: 'function', function: { name, description, parameters: schema } })),
    messages: [{ role: 'system', content: instructions }, { role: 'user', content: task }, ...session.flat()],
  })
}

export function agentMessages(model: string): string {
  const session = Array.from({ length: turns }, (_, turn) => [
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: note, signature: Buffer.from(note).toString('base64') },
        { type: 'tool_use', id: `toolu_${turn}`, name: 'tool_1', input },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: `toolu_${turn}`, content: source }] },
  ])
  return JSON.stringify({
    model,
    max_tokens: 32_000,
    stream: true,
    tools: tools.map(({ name, description, schema }) => ({ name, description, input_schema: schema })),
    system: [{ type: 'text', text: instructions, cache_control: { type: 'ephemeral' } }],
    thinking: { type: 'enabled', budget_tokens: 8_000 },
    messages: [{ role: 'user', content: task }, ...session.flat()],
  })
}
