/** What to do about what LiteLLM's entries say of a provider and a provider here does not. */

export function adviceFor(name: string): string {
  if (name === 'timeout' || name === 'stream_timeout')
    return 'time limits hold for all providers here: http.timeout, http.response_header_timeout, http.stream_idle_timeout'
  if (name === 'drop_params' || name === 'additional_drop_params')
    return 'what a model does not take is dropped and reported; a provider of the type openai-compatible has a list drop_params'
  if (ofCalls.has(name)) return 'callers say it themselves, or a plugin writes it into their calls'
  return paramAdvice[name] ?? 'there is no such setting of a provider here'
}

/** Members of calls, which LiteLLM writes into those that do not have them. */
const ofCalls: ReadonlySet<string> = new Set(
  (
    'temperature top_p top_k max_tokens max_completion_tokens stop seed n frequency_penalty presence_penalty logit_bias ' +
    'reasoning_effort thinking response_format tools tool_choice parallel_tool_calls service_tier user extra_body dimensions'
  ).split(' '),
)

const paramAdvice: Readonly<Record<string, string>> = {
  max_parallel_requests: 'write rate_limits.models with the period concurrent',
  max_budget: 'budgets are of callers here, not of models: write budgets.user_paths',
  budget_duration: 'write the period in the limits of budgets.user_paths',
  tags: 'labels choose no targets: give keys allowed models, or write a virtual model for each tag',
  azure_ad_token: 'the key of the provider is sent instead: tokens of Entra ID are not read here',
  mock_response: 'the vendor is called: no answers are made up here',
}
