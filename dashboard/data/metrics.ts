/** What usage is shown in: choices for the address. */

export const metrics = [
  ['tokens', 'Tokens'],
  ['cost', 'Cost'],
] as const
