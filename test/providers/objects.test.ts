import { expect } from 'chai'
import azure from '../../providers/azure.ts'
import gemini from '../../providers/gemini.ts'
import groq from '../../providers/groq.ts'
import mistral from '../../providers/mistral.ts'
import openai from '../../providers/openai.ts'
import openrouter from '../../providers/openrouter.ts'
import xai from '../../providers/xai.ts'
import { instanceFacts } from '../support/provider.ts'

describe('files and batches', () => {
  for (const provider of [openai, groq, openrouter, xai]) {
    it(`are where OpenAI has them: ${provider.name}`, () => {
      expect(provider.operations).to.include({
        files_create: 'POST /files',
        files_list: 'GET /files',
        files_get: 'GET /files/{id}',
        files_delete: 'DELETE /files/{id}',
        files_content: 'GET /files/{id}/content',
        batches_create: 'POST /batches',
        batches_list: 'GET /batches',
        batches_get: 'GET /batches/{id}',
        batches_cancel: 'POST /batches/{id}/cancel',
      })
    })
  }

  it("are below the resource, with the version, of Azure's dated API", () => {
    const { operations } = instanceFacts(azure, { base_url: 'https://x.openai.azure.com', api_version: '2024-10-21' })
    expect(operations).to.include({
      files_get: 'GET /openai/files/{id}?api-version=2024-10-21',
      batches_cancel: 'POST /openai/batches/{id}/cancel?api-version=2024-10-21',
    })
  })

  it('are on the compatible surface of Google', () =>
    expect(gemini.operations).to.include({ files_create: 'POST /openai/files', batches_get: 'GET /openai/batches/{id}' }))
  it('are files only at Mistral', () => expect(mistral.operations).to.include.keys('files_create').and.not.include.keys('batches_create'))
})
