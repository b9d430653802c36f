// The pages that each role sees, for tests that look at all of them: a test of the shell
// wants every page here (src/shell/pages.test.ts).

/** A page, as somebody; the names of things.ts stand for what has one of its own. */
export type Visit = { as: string; path: string }

export const visits: Visit[] = [
  { as: '1004', path: '/desk' },
  { as: '1004', path: '/tickets' },
  { as: '1004', path: '/follow_ups' },
  { as: '2001', path: '/follow_ups?tab=surveys' },
  { as: '1004', path: '/customers' },
  { as: '1004', path: '/customers/:customer' },
  { as: '1004', path: '/messages' },
  { as: '2001', path: '/floor' },
  { as: '2001', path: '/board' },
  { as: '2001', path: '/tickets?view=backlog' },
  { as: '6001', path: '/tickets' },
  { as: '9001', path: '/calls' },
  { as: '9001', path: '/calls/:call' },
  { as: '9001', path: '/tickets/:ticket' },
  { as: '9001', path: '/workshop/people' },
  { as: '9001', path: '/me' },
  { as: '3001', path: '/workshop' },
  { as: '3001', path: '/workshop/numbers' },
  { as: '3001', path: '/workshop/queues' },
  { as: '3001', path: '/workshop/agents' },
  { as: '3001', path: '/workshop/calendars' },
  { as: '3001', path: '/workshop/flows' },
  { as: '3001', path: '/workshop/flows/night' },
  { as: '3001', path: '/workshop/prompts' },
  { as: '3001', path: '/workshop/contacts' },
  { as: '3001', path: '/workshop/companies' },
  { as: '3001', path: '/workshop/document' },
  { as: '3001', path: '/workshop/health' },
]
