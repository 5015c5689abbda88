/** Clients as their users run them, unchanged, against vendors of three dialects: whichever they speak, they reach every model. */

import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import Anthropic from '@anthropic-ai/sdk'
import { HumanMessage } from '@langchain/core/messages'
import { tool as langChainTool } from '@langchain/core/tools'
import { ChatAnthropic } from '@langchain/anthropic'
import { ChatOpenAI } from '@langchain/openai'
import { generateObject, generateText, jsonSchema, stepCountIs, streamText, tool, type LanguageModel } from 'ai'
import { expect } from 'chai'
import type OpenAI from 'openai'
import { masterKey, Served } from '../support/serve.ts'
import { vendorProviders, vendors, vendorScript, type Said, type Vendor } from '../support/vendors.ts'

const port = { type: 'object' as const, properties: { port: { type: 'string' as const } }, required: ['port'], additionalProperties: false }
const description = 'The tide at a port'
const pieces = ['Low ', 'tide ', 'at six.']
const text = pieces.join('')
const asksTide: Said = { calls: [{ name: 'tide', input: { port: 'Brest' } }] }
const question = 'When is low tide in Brest?'

/** One client, and the same four things that it is asked for. Each resolves to what its user would see. */
interface Client {
  readonly name: string
  says(model: string): Promise<string>
  streams(model: string): Promise<readonly string[]>
  /** Calls the tool and tells the model its result. Resolves to the input and to what the model says then. */
  callsTool(model: string): Promise<{ readonly input: unknown; readonly text: string }>
  /** A value that fits the schema. */
  makesObject(model: string): Promise<unknown>
}

describe('clients', () => {
  let served: Served
  let answers: Said[]
  let clients: readonly Client[]
  before(async () => {
    served = await Served.start({ config: { providers: vendorProviders } })
    served.upstream.always(request => vendorScript(request, answers.shift() ?? { pieces: ['nothing more to say'] }))
    clients = makeClients(served)
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
  })

  const names = [
    'openai chat',
    'openai responses',
    '@anthropic-ai/sdk',
    'ai: openai chat',
    'ai: openai responses',
    'ai: anthropic',
    'LangChain: ChatOpenAI',
    'LangChain: ChatOpenAI with responses',
    'LangChain: ChatAnthropic',
  ]
  const client = (name: string) => clients.find(each => each.name === name) as Client

  for (const name of names) {
    for (const vendor of vendors) {
      describe(`${name} on ${vendor}`, () => {
        it('hears what the model says', async () => {
          answers = [{ pieces }]
          expect(await client(name).says(`${vendor}/m`)).to.equal(text)
          expectReached(served, vendor)
        })

        it('hears it as it is said', async () => {
          answers = [{ pieces }]
          const heard = await client(name).streams(`${vendor}/m`)
          expect(heard.join('')).to.equal(text)
          expect(heard.filter(piece => piece !== '')).to.have.length(pieces.length)
        })

        it('runs a tool for the model', async () => {
          answers = [asksTide, { pieces }]
          expect(await client(name).callsTool(`${vendor}/m`)).to.deep.equal({ input: { port: 'Brest' }, text })
          expect(served.upstream.requests).to.have.length(2)
          expect(served.upstream.requests[1]?.body.toString()).to.include('06:00')
        })

        it('gets an object', async () => {
          answers = [{ pieces: ['{"port":', '"Brest"}'] }]
          expect(await client(name).makesObject(`${vendor}/m`)).to.deep.equal({ port: 'Brest' })
        })
      })
    }
  }
})

/** The vendor was asked in its own dialect, with its own key. */
function expectReached({ upstream }: Served, vendor: Vendor): void {
  const [request] = upstream.requests
  const { path = '', headers = {} } = request ?? {}
  if (vendor === 'chat') expect([path, headers.authorization]).to.deep.equal(['/v1/chat/completions', 'Bearer sk-chat'])
  else if (vendor === 'messages') expect([path, headers['x-api-key']]).to.deep.equal(['/v1/messages', 'sk-messages'])
  else expect([path, headers['x-goog-api-key']]).to.deep.equal(['/v1/models/m:generateContent', 'sk-gemini'])
}

function makeClients(served: Served): readonly Client[] {
  const baseURL = `${served.url}/v1`
  const forOpenAi = createOpenAI({ baseURL, apiKey: masterKey })
  const forAnthropic = createAnthropic({ baseURL, apiKey: masterKey })
  const openAiSettings = { apiKey: masterKey, maxRetries: 0, configuration: { baseURL } }
  return [
    openAiChat(served),
    openAiResponses(served),
    anthropic(served),
    vercel('ai: openai chat', id => forOpenAi.chat(id)),
    vercel('ai: openai responses', id => forOpenAi.responses(id)),
    vercel('ai: anthropic', id => forAnthropic(id)),
    langChain('LangChain: ChatOpenAI', model => new ChatOpenAI({ ...openAiSettings, model })),
    langChain('LangChain: ChatOpenAI with responses', model => new ChatOpenAI({ ...openAiSettings, model, useResponsesApi: true })),
    langChain('LangChain: ChatAnthropic', model => new ChatAnthropic({ model, apiKey: masterKey, anthropicApiUrl: served.url, maxTokens: 200, maxRetries: 0 })),
  ]
}

function openAiChat(served: Served): Client {
  const { chat } = served.client()
  const ask = { role: 'user', content: question } as const
  const tools = [{ type: 'function', function: { name: 'tide', description, parameters: port } }] as const
  return {
    name: 'openai chat',
    says: async model => (await chat.completions.create({ model, messages: [ask] })).choices[0]?.message.content ?? '',
    async streams(model) {
      const heard: string[] = []
      for await (const {
        choices: [choice],
      } of await chat.completions.create({ model, messages: [ask], stream: true }))
        if (choice?.delta.content) heard.push(choice.delta.content)
      return heard
    },
    async callsTool(model) {
      const {
        choices: [first],
      } = await chat.completions.create({ model, messages: [ask], tools: [...tools] })
      const [call] = first?.message.tool_calls ?? []
      if (call?.type !== 'function' || first === undefined) throw new Error('no call')
      const {
        choices: [last],
      } = await chat.completions.create({ model, messages: [ask, first.message, { role: 'tool', tool_call_id: call.id, content: '06:00' }], tools: [...tools] })
      return { input: JSON.parse(call.function.arguments) as unknown, text: last?.message.content ?? '' }
    },
    async makesObject(model) {
      const format = { type: 'json_schema', json_schema: { name: 'port', schema: port, strict: true } } as const
      return JSON.parse((await chat.completions.create({ model, messages: [ask], response_format: format })).choices[0]?.message.content ?? '') as unknown
    },
  }
}

function openAiResponses(served: Served): Client {
  const { responses } = served.client()
  const tools = [{ type: 'function', name: 'tide', description, parameters: port, strict: true }] as const
  return {
    name: 'openai responses',
    says: async model => (await responses.create({ model, input: question })).output_text,
    async streams(model) {
      const heard: string[] = []
      const stream = responses.stream({ model, input: question })
      for await (const event of stream) if (event.type === 'response.output_text.delta') heard.push(event.delta)
      expect((await stream.finalResponse()).output_text).to.equal(heard.join(''))
      return heard
    },
    async callsTool(model) {
      const first = await responses.create({ model, input: question, tools: [...tools] })
      const call = first.output.find(item => item.type === 'function_call')
      if (call === undefined) throw new Error('no call')
      const last = await responses.create({
        model,
        input: [
          { role: 'user', content: question },
          ...(first.output as OpenAI.Responses.ResponseInputItem[]),
          { type: 'function_call_output', call_id: call.call_id, output: '06:00' },
        ],
        tools: [...tools],
      })
      return { input: JSON.parse(call.arguments) as unknown, text: last.output_text }
    },
    async makesObject(model) {
      return JSON.parse(
        (await responses.create({ model, input: question, text: { format: { type: 'json_schema', name: 'port', schema: port, strict: true } } })).output_text,
      ) as unknown
    },
  }
}

function anthropic(served: Served): Client {
  const { messages } = new Anthropic({ baseURL: served.url, apiKey: masterKey, maxRetries: 0 })
  const ask = { role: 'user', content: question } as const
  const tools = [{ name: 'tide', description, input_schema: port }]
  const textOf = (content: readonly Anthropic.ContentBlock[]) => content.flatMap(block => (block.type === 'text' ? [block.text] : [])).join('')
  return {
    name: '@anthropic-ai/sdk',
    says: async model => textOf((await messages.create({ model, max_tokens: 200, messages: [ask] })).content),
    async streams(model) {
      const heard: string[] = []
      const stream = messages.stream({ model, max_tokens: 200, messages: [ask] }).on('text', piece => heard.push(piece))
      expect(textOf((await stream.finalMessage()).content)).to.equal(heard.join(''))
      return heard
    },
    async callsTool(model) {
      const first = await messages.create({ model, max_tokens: 200, messages: [ask], tools })
      const call = first.content.find(block => block.type === 'tool_use')
      if (call === undefined) throw new Error('no call')
      const last = await messages.create({
        model,
        max_tokens: 200,
        tools,
        messages: [
          ask,
          { role: 'assistant', content: first.content },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: '06:00' }] },
        ],
      })
      return { input: call.input, text: textOf(last.content) }
    },
    async makesObject(model) {
      const { content } = await messages.create({ model, max_tokens: 200, messages: [ask], output_config: { format: { type: 'json_schema', schema: port } } })
      return JSON.parse(textOf(content)) as unknown
    },
  }
}

/** The Vercel AI SDK. */
function vercel(name: string, modelOf: (id: string) => LanguageModel): Client {
  return {
    name,
    says: async model => (await generateText({ model: modelOf(model), prompt: question, maxRetries: 0 })).text,
    async streams(model) {
      const heard: string[] = []
      for await (const piece of streamText({ model: modelOf(model), prompt: question, maxRetries: 0 }).textStream) heard.push(piece)
      return heard
    },
    async callsTool(model) {
      let input: unknown
      const tide = tool({
        description,
        inputSchema: jsonSchema<{ port: string }>(port),
        execute: given => {
          input = given
          return '06:00'
        },
      })
      const result = await generateText({ model: modelOf(model), prompt: question, tools: { tide }, stopWhen: stepCountIs(3), maxRetries: 0 })
      return { input, text: result.text }
    },
    makesObject: async model =>
      (await generateObject({ model: modelOf(model), prompt: question, schema: jsonSchema<{ port: string }>(port), maxRetries: 0 })).object,
  }
}

function langChain(name: string, modelOf: (id: string) => ChatOpenAI | ChatAnthropic): Client {
  const ask = new HumanMessage(question)
  return {
    name,
    says: async model => (await modelOf(model).invoke([ask])).text,
    async streams(model) {
      const heard: string[] = []
      for await (const { text: piece } of await modelOf(model).stream([ask])) heard.push(piece)
      return heard
    },
    async callsTool(model) {
      const tide = langChainTool(() => '06:00', { name: 'tide', description, schema: port })
      const bound = modelOf(model).bindTools([tide])
      const first = await bound.invoke([ask])
      const [call] = first.tool_calls ?? []
      if (call === undefined) throw new Error('no call')
      const result = await tide.invoke({ ...call, type: 'tool_call' })
      return { input: call.args, text: (await bound.invoke([ask, first, result])).text }
    },
    makesObject: async model => await modelOf(model).withStructuredOutput(port, { name: 'port', method: 'jsonSchema' }).invoke([ask]),
  }
}
