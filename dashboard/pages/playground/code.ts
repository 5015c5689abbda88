/** A request of the playground as a program sends it. The key is read from the environment: it is not in the code. */

import { curl, inShell } from '../../data/shell.ts'
import type { Dialect } from './draft.ts'

export interface Sent {
  readonly dialect: Dialect
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
  /** Where the gateway is, without a slash at the end. */
  readonly base: string
}

/** Which languages there are for a dialect. */
export function programs({ path }: Dialect): Readonly<Record<string, (sent: Sent) => string>> {
  const sdk = path === '/v1/messages' ? 'Anthropic' : 'OpenAI'
  return { curl: inCurl, [`Python (${sdk})`]: python, [`JavaScript (${sdk})`]: javaScript }
}

function inCurl({ dialect: { path }, body, headers, base }: Sent): string {
  return curl(`${body['stream'] === true ? '-N ' : ''}${base}${path}`, [
    `-H "Authorization: Bearer $TAPLINE_API_KEY"`,
    `-H 'Content-Type: application/json'`,
    ...Object.entries(headers).map(([name, value]) => `-H ${inShell(`${name}: ${value}`)}`),
    `-d ${inShell(JSON.stringify(body, undefined, 2))}`,
  ])
}

interface Sdk {
  readonly name: string
  /** Where its requests begin. */
  readonly base: string
  readonly method: string
  /** What is printed of a whole answer. */
  readonly printed: string
}

function sdkOf({ dialect: { path }, base }: Sent): Sdk {
  if (path === '/v1/messages') return { name: 'Anthropic', base, method: 'messages.create', printed: 'answer.content' }
  const openai = { name: 'OpenAI', base: `${base}/v1` }
  return path === '/v1/responses'
    ? { ...openai, method: 'responses.create', printed: 'answer.output_text' }
    : { ...openai, method: 'chat.completions.create', printed: 'answer.choices[0].message.content' }
}

/** Members that the SDK may not know are sent beside those that it does. */
function python(sent: Sent): string {
  const { name, base, method, printed } = sdkOf(sent)
  const known = Object.entries(sent.body).filter(([member]) => sent.dialect.members.includes(member))
  const more = Object.entries(sent.body).filter(([member]) => !sent.dialect.members.includes(member))
  const said = [
    ...known,
    ...(more.length === 0 ? [] : [['extra_body', Object.fromEntries(more)] as const]),
    ...(Object.keys(sent.headers).length === 0 ? [] : [['extra_headers', sent.headers] as const]),
  ]
  return [
    'import os',
    `from ${name.toLowerCase()} import ${name}`,
    '',
    `client = ${name}(`,
    `    base_url=${JSON.stringify(base)},`,
    '    api_key=os.environ["TAPLINE_API_KEY"],',
    ')',
    `answer = client.${method}(`,
    ...said.map(([member, value]) => `    ${member}=${inPython(value, '    ')},`),
    ')',
    ...(sent.body['stream'] === true ? ['for event in answer:', '    print(event)'] : [`print(${printed})`]),
  ].join('\n')
}

function javaScript(sent: Sent): string {
  const { name, base, method, printed } = sdkOf(sent)
  const clientOptions = `{ baseURL: ${JSON.stringify(base)}, apiKey: process.env.TAPLINE_API_KEY }`
  const options = Object.keys(sent.headers).length === 0 ? '' : `, { headers: ${JSON.stringify(sent.headers)} }`
  return [
    `import ${name} from '${name === 'OpenAI' ? 'openai' : '@anthropic-ai/sdk'}'`,
    '',
    `const client = new ${name}(${clientOptions})`,
    `const answer = await client.${method}(${JSON.stringify(sent.body, undefined, 2)}${options})`,
    sent.body['stream'] === true ? 'for await (const event of answer) console.log(event)' : `console.log(${printed})`,
  ].join('\n')
}

function inPython(value: unknown, indent: string): string {
  const deeper = `${indent}    `
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value !== 'object') return JSON.stringify(value)
  const isList = Array.isArray(value)
  const parts = isList
    ? value.map(part => inPython(part, deeper))
    : Object.entries(value).map(([name, part]) => `${JSON.stringify(name)}: ${inPython(part, deeper)}`)
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  return parts.length === 0 ? open + close : `${open}\n${parts.map(part => `${deeper}${part},\n`).join('')}${indent}${close}`
}
