/** A local server for audio that speaks OpenAI's audio API (audio.cpp). */

import { defineProvider } from '../core/index.ts'

export default defineProvider({
  name: 'audiocpp',
  description: 'audio.cpp',
  needs: ['base_url'],
  dialects: ['openai-media'],
  operations: { speech: 'POST /audio/speech', transcriptions: 'POST /audio/transcriptions', translations: 'POST /audio/translations', models: 'GET /models' },
})
