import { expect } from 'chai'
import { JsonDocument } from '../../../../core/document/document.ts'
import { fileReferences } from '../../../../plugins/shared/objects/file-references.ts'

const id = 'file-1'
const chat = (...content: object[]) => ({ messages: [{ role: 'user', content }] })
const responses = (...input: object[]) => ({ input })

/** What names a file, and where. */
const references: Readonly<Record<string, readonly [body: object, ...params: readonly string[]]>> = {
  'a file of a chat': [chat({ type: 'text', text: 'file_id' }, { type: 'file', file: { file_id: id } }), 'messages[0].content[1].file.file_id'],
  'an input file': [responses({ role: 'user', content: [{ type: 'input_file', file_id: id }] }), 'input[0].content[0].file_id'],
  'an input image': [responses({ role: 'user', content: [{ type: 'input_image', file_id: id }] }), 'input[0].content[0].file_id'],
  'the result of a tool': [responses({ type: 'function_call_output', output: [{ type: 'input_file', file_id: id }] }), 'input[0].output[0].file_id'],
  'a screenshot': [responses({ type: 'computer_call_output', output: { type: 'computer_screenshot', file_id: id } }), 'input[0].output.file_id'],
  'a mask': [{ tools: [{ type: 'image_generation', input_image_mask: { file_id: id } }] }, 'tools[0].input_image_mask.file_id'],
  'files of a container': [
    { tools: [{ type: 'code_interpreter', container: { type: 'auto', file_ids: ['file-2', id] } }] },
    'tools[0].container.file_ids[0]',
    'tools[0].container.file_ids[1]',
  ],
  'a document of a message': [chat({ type: 'document', source: { type: 'file', file_id: id } }), 'messages[0].content[0].source.file_id'],
  'an image in the result of a tool': [
    chat({ type: 'tool_result', content: [{ type: 'image', source: { type: 'file', file_id: id } }] }),
    'messages[0].content[0].content[0].source.file_id',
  ],
  'an upload to a container': [chat({ type: 'container_upload', file_id: id }), 'messages[0].content[0].file_id'],
  'a file of a vector store': [{ file_id: id }, 'file_id'],
  'files of a vector store': [{ file_ids: [id] }, 'file_ids[0]'],
  'an attachment': [{ attachments: [{ file_id: id, tools: [] }] }, 'attachments[0].file_id'],
  'files of an assistant': [{ tool_resources: { code_interpreter: { file_ids: [id] } } }, 'tool_resources.code_interpreter.file_ids[0]'],
  'an image of a thread': [chat({ type: 'image_file', image_file: { file_id: id } }), 'messages[0].content[0].image_file.file_id'],
}

/** What has members of that name that are none. */
const others: Readonly<Record<string, object>> = {
  'what a model asks a tool for': chat({ type: 'tool_use', name: 'read', input: { type: 'file', file_id: id } }),
  'what a model asks a tool of the vendor for': chat({ type: 'server_tool_use', input: { container: { file_id: id } } }),
  'a parameter of a tool': { tools: [{ function: { parameters: { type: 'object', properties: { file_id: { type: 'string' } }, required: ['file_id'] } } }] },
  'a citation': responses({ content: [{ type: 'output_text', annotations: [{ type: 'file_citation', file_id: id }] }] }),
  'what was found in files': responses({ type: 'file_search_call', results: [{ file_id: id }] }),
  metadata: { metadata: { file_id: id } },
  'no text': chat({ type: 'file', file: { file_id: 7 } }, { type: 'file', file: null }, { type: 'input_file', file_id: null }),
  'a text that says so': chat({ type: 'text', text: '{"type":"input_file","file_id":"file-1"}' }),
}

const documentOf = (body: object | string) => JsonDocument.parse(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))

describe('references to files', () => {
  for (const [name, [body, ...params]] of Object.entries(references))
    it(`are found: ${name}`, () => {
      const found = fileReferences(documentOf(body))
      expect(found.map(({ param }) => param)).to.deep.equal(params)
      expect(found.at(-1)?.id).to.equal(id)
    })

  for (const [name, body] of Object.entries(others)) it(`are not ${name}`, () => expect(fileReferences(documentOf(body))).to.deep.equal([]))

  it('are found however JSON spells them', () => {
    for (const name of [String.raw`f\u0069le_id`, String.raw`file\u005fid`, String.raw`file\u005Fid`, String.raw`\u0066ile_id`])
      expect(fileReferences(documentOf(`{"input":[{"type":"input_file","${name}":"file\\u002d1"}]}`))).to.deep.equal([{ id, param: 'input[0].file_id' }])
  })

  it('are found twice where a member stands twice', () => {
    const found = fileReferences(documentOf('{"input":[{"type":"input_file","file_id":"file-1","file_id":"file-2"}]}'))
    expect(found.map(({ id }) => id)).to.deep.equal(['file-1', 'file-2'])
  })

  it('are found in what was put in', () => {
    const document = documentOf({ input: 'hi' })
    document.set(document.root, 'input', JSON.stringify([{ type: 'input_file', file_id: id }]))
    expect(fileReferences(document)).to.deep.equal([{ id, param: 'input[0].file_id' }])
  })
})
