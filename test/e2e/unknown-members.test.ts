/** A member that nobody knows, in each object of a request that has members of its own: named where the request is translated, untouched where it is not. */

import { expect } from 'chai'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processContext } from '../../core/cli/process-context.ts'
import { GatewayError } from '../../core/errors.ts'
import { buildGeneration } from '../../core/gateway/loading/build.ts'
import { dryRun, type DryRun } from '../../core/gateway/dry-run.ts'
import type { Generation } from '../../core/gateway/generation.ts'

const compatible = (dialect: string) => ({ type: 'openai-compatible', base_url: 'https://example.com/v1', api_key: 'sk-test', native_dialects: [dialect] })
const providers = {
  'openai-chat': { type: 'openrouter', api_key: 'sk-test', native_dialects: ['openai-chat'] },
  'openai-responses': compatible('openai-responses'),
  'anthropic-messages': compatible('anthropic-messages'),
  gemini: { api_key: 'sk-test' },
  bedrock: { base_url: 'https://bedrock-runtime.us-east-1.amazonaws.com', api_key: 'sk-test' },
  cohere: { api_key: 'sk-test' },
}

/** Where `X` stands in a request there is a member that nobody knows, next to a number whose spelling JavaScript would change. */
const member = '"x":{"y":1.0}'
const mark = '{"type":"ephemeral",X}'
const schema = '{"type":"object","properties":{}}'

/** By dialect: members of a request, and what of them is dropped. */
const objects: Readonly<Record<string, readonly (readonly [member: string, dropped: string, ...more: string[]])[]>> = {
  'openai-chat': [
    ['"messages":[{"role":"user","content":"hi",X}]', 'messages.x'],
    [`"messages":[{"role":"user","content":"hi","cache_control":${mark}}]`, 'messages.cache_control.x'],
    [`"messages":[{"role":"user","content":[{"type":"text","text":"hi","cache_control":${mark}}]}]`, 'messages.content.cache_control.x'],
    [
      '"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo=",X}}]}]',
      'messages.content.image_url.x',
    ],
    [
      '"messages":[{"role":"user","content":[{"type":"file","file":{"filename":"a.txt","file_data":"data:text/plain;base64,aGk=",X}}]}]',
      'messages.content.file.x',
    ],
    [
      '"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"hm",X}]},{"type":"text","text":"a"}]},{"role":"user","content":"b"}]',
      'messages.content.thinking.x',
    ],
    [
      '"messages":[{"role":"user","content":"hi"},{"role":"assistant","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}",X},X}]},{"role":"tool","tool_call_id":"call_1","content":"r"}]',
      'messages.tool_calls.x',
      'messages.tool_calls.function.x',
    ],
    [
      '"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}",X}},{"role":"function","name":"f","content":"r"}]',
      'messages.function_call.x',
    ],
    [
      `"tools":[{"type":"function","function":{"name":"f","parameters":${schema},X},"cache_control":${mark},X}]`,
      'tools.x',
      'tools.function.x',
      'tools.cache_control.x',
    ],
    [`"tools":[{"type":"custom","custom":{"name":"f",X}}]`, 'tools.custom.x'],
    [`"functions":[{"name":"f","parameters":${schema},X}],"function_call":{"name":"f",X}`, 'functions.x', 'function_call.x'],
    [
      `"tools":[{"type":"function","function":{"name":"f","parameters":${schema}}}],"tool_choice":{"type":"function","function":{"name":"f",X},X}`,
      'tool_choice.x',
      'tool_choice.function.x',
    ],
    [
      `"tools":[{"type":"function","function":{"name":"f","parameters":${schema}}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f",X},X}],X}}`,
      'tool_choice.allowed_tools.x',
      'tool_choice.allowed_tools.tools.x',
      'tool_choice.allowed_tools.tools.function.x',
    ],
    [
      `"response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false},X},X}`,
      'response_format.x',
      'response_format.json_schema.x',
    ],
    ['"reasoning":{"effort":"low",X}', 'reasoning.x'],
    ['"stream":true,"stream_options":{"include_usage":true,X}', 'stream_options.x'],
    [`"cache_control":${mark}`, 'cache_control.x'],
  ],
  'openai-responses': [
    ['"input":[{"role":"user","content":"hi",X}]', 'input.x'],
    ['"input":[{"role":"user","content":[{"type":"input_text","text":"hi",X}]}]', 'input.content.x'],
    [
      '"input":[{"role":"user","content":"hi"},{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm",X}],"content":[{"type":"reasoning_text","text":"hm",X}],X},{"role":"assistant","content":"a"},{"role":"user","content":"b"}]',
      'input.x',
      'input.summary.x',
      'input.content.x',
    ],
    [
      '"input":[{"role":"user","content":"hi"},{"type":"function_call","call_id":"call_1","name":"f","arguments":"{}",X},{"type":"function_call_output","call_id":"call_1","output":[{"type":"input_text","text":"r",X}],X}]',
      'input.x',
      'input.output.x',
    ],
    [`"tools":[{"type":"function","name":"f","parameters":${schema},X}],"tool_choice":{"type":"function","name":"f",X}`, 'tools.x', 'tool_choice.x'],
    [`"tools":[{"type":"custom","name":"f",X}]`, 'tools.x'],
    [
      `"tools":[{"type":"function","name":"f","parameters":${schema}}],"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f",X}],X}`,
      'tool_choice.x',
      'tool_choice.tools.x',
    ],
    [
      `"text":{"format":{"type":"json_schema","name":"n","strict":true,"schema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false},X},X}`,
      'text.x',
      'text.format.x',
    ],
    ['"reasoning":{"effort":"low",X}', 'reasoning.x'],
    ['"stream":true,"stream_options":{"include_obfuscation":false,X}', 'stream_options.x'],
  ],
  'anthropic-messages': [
    ['"messages":[{"role":"user","content":"hi",X}]', 'messages.x'],
    [
      `"messages":[{"role":"user","content":[{"type":"text","text":"hi","cache_control":${mark},X}]}]`,
      'messages.content.x',
      'messages.content.cache_control.x',
    ],
    [
      '"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo=",X},X}]}]',
      'messages.content.x',
      'messages.content.source.x',
    ],
    [
      '"messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"a",X},"citations":{"enabled":false,X}}]}]',
      'messages.content.source.x',
      'messages.content.citations.x',
    ],
    [
      '"messages":[{"role":"user","content":[{"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":"a",X}],"citations":{"enabled":false,X}}]}]',
      'messages.content.content.x',
      'messages.content.citations.x',
    ],
    [
      '"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"S",X},{"type":"tool_use","id":"toolu_1","name":"f","input":{},X}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"r",X}],X}]}]',
      'messages.content.x',
      'messages.content.content.x',
    ],
    [`"system":[{"type":"text","text":"s","cache_control":${mark},X}]`, 'system.x', 'system.cache_control.x'],
    [
      `"tools":[{"name":"f","input_schema":${schema},"cache_control":${mark},X}],"tool_choice":{"type":"auto",X}`,
      'tools.x',
      'tools.cache_control.x',
      'tool_choice.x',
    ],
    ['"thinking":{"type":"adaptive",X}', 'thinking.x'],
    [
      `"output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false},X},X}`,
      'output_config.x',
      'output_config.format.x',
    ],
    [
      `"output_format":{"type":"json_schema","schema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false},X}`,
      'output_format.x',
    ],
    ['"metadata":{"user_id":"u",X}', 'metadata.x'],
    [`"cache_control":${mark}`, 'cache_control.x'],
  ],
}
const least: Readonly<Record<string, readonly string[]>> = {
  'openai-chat': ['"messages":[{"role":"user","content":"hi"}]'],
  'openai-responses': ['"input":"hi"'],
  'anthropic-messages': ['"max_tokens":9000', '"messages":[{"role":"user","content":"hi"}]'],
}

/** The caller's request: what it must have, but for what it says itself. */
function spelled(from: string, members: string): string {
  const must = (least[from] ?? []).filter(text => !members.includes(text.slice(0, text.indexOf(':') + 1)))
  return `{"model":"m",${[...must, members.replaceAll('X', member)].join(',')}}`
}

describe('a member that nobody knows', () => {
  let folder: string
  let lenient: Generation
  let strict: Generation
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tapline-unknown-'))
    const built = async (isStrict: boolean) => {
      const file = join(folder, `strict-${isStrict}.yaml`)
      await writeFile(file, JSON.stringify({ providers, translation: { strict: isStrict } }))
      return buildGeneration({ ...(await processContext({ config: file })), cwd: folder, env: {} })
    }
    ;[lenient, strict] = [await built(false), await built(true)]
  })
  after(async () => {
    await lenient.discard()
    await strict.discard()
    await rm(folder, { recursive: true })
  })
  const sent = (from: string, to: string, request: string, generation = lenient): Promise<DryRun> =>
    dryRun(generation, { to: `${to}/m`, from, request: Buffer.from(request) })

  for (const [from, cases] of Object.entries(objects)) {
    for (const [members, ...dropped] of cases) {
      const request = spelled(from, members)
      it(`in ${dropped.join(' and ')} of ${from} is named, whatever it is translated to`, async () => {
        for (const to of Object.keys(providers).filter(each => each !== from)) {
          const { losses, body } = await sent(from, to, request)
          expect(
            losses.filter(({ isSilent }) => !isSilent).map(({ field }) => field),
            to,
          ).to.include.members(dropped)
          expect(body, to).to.not.include('"y":1')
        }
      })
      it(`in ${dropped.join(' and ')} of ${from} goes on untouched where nothing is translated`, async () => {
        const { losses, body } = await sent(from, from, request, strict)
        expect([body, losses]).to.deep.equal([request, []])
      })
      it(`in ${dropped.join(' and ')} of ${from} is refused where translation is strict`, async () => {
        const error = await sent(from, from === 'openai-chat' ? 'anthropic-messages' : 'openai-chat', request, strict).then(
          () => undefined,
          (cause: unknown) => cause,
        )
        expect(error).to.be.instanceOf(GatewayError)
        const { status, code, param } = error as GatewayError
        expect([status, code, dropped])
          .to.deep.include.members([400, 'unsupported_parameter'])
          .and.satisfy(() => dropped.includes(param?.replace(/\[\d+\]/g, '') ?? ''))
      })
    }
  }

  for (const [from, to, members, param] of [
    ['openai-chat', 'anthropic-messages', '"system":"s"', 'system'],
    ['openai-chat', 'anthropic-messages', '"extra_body":{"anthropic":{"system":"s"}}', 'extra_body.anthropic.system'],
    ['openai-responses', 'anthropic-messages', '"system":"s"', 'system'],
    ['openai-chat', 'openai-responses', '"instructions":"s"', 'instructions'],
    ['openai-chat', 'openai-responses', '"prompt":{"id":"p"}', 'prompt'],
    ['openai-chat', 'openai-responses', '"previous_response_id":"r"', 'previous_response_id'],
    ['anthropic-messages', 'openai-responses', '"conversation":"c"', 'conversation'],
    ['openai-responses', 'openai-chat', '"messages":[{"role":"user","content":"s"}]', 'messages'],
    ['openai-chat', 'cohere', '"preamble":"s"', 'preamble'],
    ['openai-chat', 'bedrock', '"system":[]', 'system'],
  ] as const) {
    it(`and would be a prompt beside the one that policy has seen is refused: ${param} of ${from} to ${to}`, async () => {
      const error = await sent(from, to, spelled(from, members)).then(
        () => undefined,
        (cause: unknown) => cause,
      )
      expect(error).to.be.instanceOf(GatewayError).and.deep.include({ status: 400, code: 'unsupported_parameter', param })
    })
  }

  it("of Anthropic's own words in a chat is named, too", async () => {
    const { losses } = await sent(
      'openai-chat',
      'anthropic-messages',
      '{"model":"m","messages":[{"role":"user","content":"hi"}],"thinking":{"type":"adaptive","x":1}}',
    )
    expect(losses.map(({ field }) => field)).to.include('thinking.x')
  })
})
