/** `tapline init`: writes a commented tapline.yaml. */

import { join } from 'node:path'
import { writeNew } from './write-new.ts'

const text = `# Tapline's configuration. Everything here is optional; every setting has a default (tapline config show).
# Values may say \${VAR}, \${VAR:-default}, \${env:VAR} or \${file:/absolute/path}.

server:
  port: 8080
  # Callers send this key as "Authorization: Bearer …". Without one, the gateway listens on this machine only.
  # master_key: "\${TAPLINE_MASTER_KEY}"

providers:
  # A provider whose key is not set is left out.
  openai:
    type: openai
    api_key: "\${OPENAI_API_KEY}"
  # local:
  #   type: openai-compatible
  #   base_url: http://localhost:11434/v1

# Names of your own for models.
# virtual_models:
#   - source: smart
#     targets: [{ model: openai/gpt-5 }, { model: local/llama3.2 }]
#     strategy: failover

# guardrails:
#   rules:
#     - name: house-rules
#       type: system_prompt
#       config: { mode: decorator, content: "Answer briefly." }

# Pipelines are lists of steps; edit them by name. "tapline explain chat" prints the result.
# "tapline new plugin no-secrets" writes no-secrets.ts and its test.
# pipelines:
#   chat:
#     - insert: { use: ./no-secrets.ts, options: { patterns: ["AKIA[0-9A-Z]{16}"] } }
#       after: user-path
#     - set: cache-exact
#       options: { enabled: true, ttl: 10m }
`

/** @throws Error if there is a tapline.yaml already, or it cannot be written */
export async function init(directory: string, overwrite: boolean): Promise<void> {
  const file = join(directory, 'tapline.yaml')
  await writeNew(file, text, { shown: file, overwrite, advice: '; --force overwrites it' })
  console.log(`wrote ${file}`)
}
