import { expect } from 'chai'
import { codeOfMessage } from '../../../core/neutral/long-prompt.ts'

describe('codeOfMessage', () => {
  for (const message of [
    'prompt is too long: 210000 tokens > 200000 maximum',
    'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again',
    'The model returned the following errors: Input is too long for requested model.',
    'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    "This model's maximum context length is 65536 tokens. However, you requested 72814 tokens (68718 in the messages, 4096 in the completion).",
    'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
    "This model's maximum prompt length is 131072 but the request contains 136973 tokens.",
    'request (4390 tokens) exceeds the available context size (4096 tokens), try increasing it',
  ])
    it(`knows "${message}"`, () => expect(codeOfMessage(message, '400')).to.equal('context_length_exceeded'))

  it('leaves other codes alone', () => expect([codeOfMessage('no', 'own'), codeOfMessage('too long a name', null)]).to.deep.equal(['own', null]))
})
