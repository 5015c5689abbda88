/** Alibaba Cloud's Model Studio (Bailian). Facts: https://help.aliyun.com/zh/model-studio/compatibility-of-openai-with-dashscope */

import { defineProvider, type JsonDocument } from '../core/index.ts'
import { flatEffort, takeEffort } from './shared/effort.ts'
import { tokensField } from './shared/fields.ts'
import { developerAsSystem } from './shared/messages.ts'
import { forChat } from './shared/rule.ts'

export default defineProvider({
  name: 'bailian',
  description: 'Alibaba Cloud Model Studio (Bailian)',
  baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
  needs: ['api_key'],
  dialects: ['openai-chat'],
  operations: { chat: 'POST /chat/completions', embeddings: 'POST /embeddings', models: 'GET /models' },
  usageOnRequest: true,
  traits: () => ({ vendor: 'bailian' }),
  respell: forChat(developerAsSystem, tokensField('max_completion_tokens'), flatEffort, thinking),
})

/** Thinking is a switch; what the caller says of it themselves counts. */
function thinking(body: JsonDocument): void {
  const effort = takeEffort(body)
  if (effort !== undefined && body.root.get('enable_thinking') === undefined) body.set(body.root, 'enable_thinking', String(effort !== 'none'))
}
