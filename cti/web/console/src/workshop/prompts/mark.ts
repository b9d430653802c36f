/** Colours of where a prompt's sound comes from. */
export const plays: Record<string, string> = { own: 'green', "everybody's": 'blue', shipped: 'default', missing: 'red' }

export type PromptId = { name: string; language?: 'zh' | 'en'; company?: string }
