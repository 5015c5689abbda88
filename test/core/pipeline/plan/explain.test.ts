import { expect } from 'chai'
import { Folder, Tapline } from '../../../support/run-tapline.ts'

const plugin = `import { definePlugin } from 'tapline'
const text = { type: 'string' }
const secret = { type: 'string', secret: true }
export default definePlugin({
  name: 'it',
  schema: { type: 'object', properties: {
    pin: secret, word: text, other: text, url: text,
    nested: { type: 'object', properties: { pin: secret, word: text } },
    list: { type: 'array', items: { type: 'object', properties: { pin: secret } } },
  } },
  setup: () => ({ request() {} }),
})`

const configuration = {
  guardrails: {
    rules: [
      { name: 'asked', type: 'webhook', config: { url: 'https://h.example/x?k=sEcret-1', secret: '${env:KEY}' } },
      { name: 'names', type: 'presidio', config: { api_key: '${KEY}' } },
      { name: 'replaced', type: 'string_replace', config: { rules: 'a => b' } },
    ],
  },
  header_policies: { policies: [{ name: 'known', actions: [{ action: 'set', header: 'X-Auth', value: '${KEY}' }] }] },
  workflows: {
    rules: [{ name: 'w', workflow_payload: { schema_version: 3, patch: [{ insert: { use: './it.ts', options: { word: '${KEY}' } }, after: 'auth' }] } }],
  },
  pipelines: {
    chat: [
      {
        insert: {
          use: './it.ts',
          options: {
            pin: '${KEY}',
            word: 'hello',
            other: '${env:KEY}',
            url: 'https://h.example/?k=${KEY}',
            nested: { pin: '${KEY}', word: 'there' },
            list: [{ pin: '${KEY}' }],
          },
        },
        after: 'auth',
      },
    ],
  },
}

describe('"tapline explain"', () => {
  it('prints no secret, however deep it stands in options and wherever it came from, and all else', async () => {
    await using folder = await Folder.make({ 'tapline.yaml': configuration, 'it.ts': plugin })
    const { code, stdout, stderr } = await new Tapline(folder, ['explain', 'chat'], { KEY: 'sEcret-1' }).ended
    expect([code, stderr]).to.deep.equal([0, ''])
    expect(stdout).to.not.contain('sEcret-1')
    for (const line of [
      'pin = <redacted>',
      'word = "hello"',
      'other = <redacted>',
      'url = "https://h.example/?<redacted>"',
      'nested = {"pin":"<redacted>","word":"there"}',
      'list = [{"pin":"<redacted>"}]',
      'url = "https://h.example/x?<redacted>"',
      '"actions":[{"action":"set","header":"X-Auth","value":"<redacted>"}]',
      '{"name":"replaced","type":"string_replace","order":0,"config":{"rules":"a => b"}}',
    ])
      expect(stdout).to.contain(line)
  })
})
