import type { Words } from '../shell/text'

export const en = {
  title: 'Workshop', company: 'Company', actions: 'Actions', edit: 'Edit', look: 'Look', add: 'Add', remove: 'Remove', removeAsk: 'Remove it from the draft?', toDraft: 'To the draft', yes: 'Yes',
  notYours: 'This part is not your company’s alone: you may only look.',
  menu: { overview: 'Overview', numbers: 'Numbers', queues: 'Queues', agents: 'People and phones', calendars: 'Calendars', flows: 'Flows', prompts: 'Prompts', contacts: 'Contacts', companies: 'Companies', document: 'Whole document', health: 'Health' },
  bar: {
    changes: 'Changes not published: {{count}}', checking: 'checking', faults: 'errors: {{count}}', undo: 'Undo', discard: 'Discard', discardAsk: 'Throw all changes away that are not published?', publish: 'Check and publish…',
    rebase: 'Take over…', behind: 'The draft was begun from version {{base}}; version {{latest}} is in force now. Take the draft over to it first.', none: 'Nothing is unpublished.', look: 'You may look at the configuration, not change it.',
    elsewhere: 'Another page of this browser has a draft, too. What is changed here is not kept and is lost with this page.', keepThis: 'Keep this one instead', takeOther: 'Go on with the other',
  },
  changes: { what: 'What', added: 'added', removed: 'removed', changed: 'changed', place: 'Place', old: 'Before', new: 'After', none: 'No difference', restart: 'needs a restart' },
  faults: { title: 'Errors that keep it from being published: {{count}}', line: 'line {{line}}' },
  publish: {
    title: 'Publish the configuration', check: 'Check again', now: 'Publish now', plan: 'Plan it', note: 'Note', noteHint: 'Why, for those who look at it later', when: 'When', atOnce: 'Now', later: 'At a time', at: 'Comes into force', atNeeded: 'Choose a time',
    laterNot: 'What is planned is the whole document: an administrator does that.', laterHint: 'What is planned is the whole document: it will take the place of what others publish meanwhile.', done: 'Version {{version}} is in force', planned: 'Version {{version}} will be in force from {{at}}',
    restart: 'What needs a restart is not taken while the service runs: an administrator changes it in the file and restarts.', meanwhile: 'Somebody has published another version meanwhile. Close this, take the draft over, and publish then.',
  },
  rebase: { title: 'From version {{base}} to version {{latest}}', clean: 'Nobody has changed the same places: the draft can be taken over as it is.', conflicts: 'Places that both have changed: {{count}}. Choose for each:', mine: 'Mine', theirs: 'Theirs', keep: 'Keep', ok: 'Take over' },
  overview: { title: 'Configuration', inForce: 'In force', version: 'Version {{version}}' },
  versions: {
    version: 'Version', state: 'State', in_force: 'in force', planned: 'planned', over: 'over', waits: 'waits', at: 'Time', by: 'By', file: 'the file', note: 'Note', choose: 'Pick', compare: 'Compare the two', compareHint: 'Tick any two versions to compare them',
    diff: 'Against what is in force', between: 'Version {{from}} → version {{to}}', undo: 'Bring back', undoAsk: 'Put version {{version}} in force again?', undoNote: 'Back to version {{version}}', cancel: 'Cancel', cancelAsk: 'Take this planned version back?',
    draftStays: 'Your draft stays when an older version is brought back, and can be taken over to it.',
  },
  files: { export: 'Export YAML', exportDraft: 'Export the draft', import: 'Import YAML', read: '{{name}} is read; changes: {{count}}', unread: '{{name}} cannot be read' },
  document: { hint: 'What has no page of its own (record forms, scripts, webhooks …) is edited here. Comments stay in the draft and in exported files; they are not kept once published. KEPT stands for a secret as it is.', wrong: 'This is no YAML' },
  field: {
    span: 'Write it as in 90s, 10m or 1h30m', id: '1 to 32 of a-z 0-9 _ -', idHint: 'It cannot be changed later', taken: 'It is there already', number: '3 to 15 digits', prompt: '1 to 64 of a-z 0-9 _ -', clock: 'Write it as in 09:00, up to 24:00', digit: 'One digit',
    keys: '0 to 9, *, # and a dot for no key', outside: '2 to 20 digits, perhaps with + first',
  },
  numbers: {
    one: 'Number', new: 'New number', none: 'There are no numbers yet. Add one, so that calls have somewhere to go.', did: 'Number', mode: 'Mode', direct: 'direct', greeted: 'greeted', modeHint: 'Direct: the caller hears ringback until a person answers. Greeted: the call is answered with a greeting.', queue: 'Queue', flow: 'Flow', greeting: 'Greeting',
    announce: 'Tell the agent’s number', emergency: 'Emergency line', emergencyHint: 'It has no flow and no hours, and cannot be closed.', greetingHint: 'A prompt’s name; it is played in the company’s language.', flowHint: 'Without one, callers go straight to the queue.',
  },
  queues: {
    one: 'Queue', new: 'New queue', none: 'There are no queues yet. Add one and name its members.', id: 'Queue', serve: 'People', nobody: 'nobody', who: 'Who answers', members: 'Members', skill: 'Skill', skillHint: 'Who has it answers beside the members; the higher level is asked first.', level: 'Lowest level', strategy: 'Strategy',
    strategies: { longest_idle: 'longest idle', round_robin: 'round robin', least_calls: 'fewest calls' }, ringAtOnce: 'Phones that ring at once', lastAgent: 'First who spoke to the caller last', leaders: 'Who may listen', leadersHint: 'All leaders of the company where nobody is named.', waiting: 'Waiting', priority: 'Priority', priorityHint: 'Higher goes first.',
    ageing: 'Raise by one each', ageingHint: 'Never above an emergency caller.', tell: 'Tell the place each', tellHint: 'Never where it is empty.', maxWait: 'Longest wait', maxWaitHint: 'Then the switch’s own fallback takes the caller.', wrapUp: 'Time for notes', holdLimit: 'Remind of hold after', holdLimitHint: 'The agent’s phone beeps.',
    overflow: 'Overflow', overflowAfter: 'After a wait of', overflowLength: 'With so many waiting', overflowHint: 'One of these places, with a time or a number above.', overflowTo: 'To the queue', overflowNumber: 'To a contact or a number outside', overflowVoicemail: 'To the voicemail', overflowCallback: 'Promise a call', callback: 'Callback',
    callbackHint: 'A caller who is told his place may press 1. The company must allow its agents to dial outside.', attempts: 'Attempts', retry: 'Time between', keep: 'Begin within', helpers: 'Helping queues', helpersHint: 'Their members are rung, too, when a direct line passes three rings.',
    onCall: 'On call', onCallHint: 'Who is called for emergency callers when nobody is on duty, in this order; a key takes the call. The leader comes last.', chain: 'Chain', chainHint: 'Agents, contacts, or numbers outside that the company allows.', together: 'Ring all at once', after: 'With nobody on duty for', key: 'Key', ackWithin: 'To be pressed within',
    voicemail: 'Voicemail', voicemailHint: 'As the company’s where it is empty.', silence: 'Silence ends it', longest: 'Longest recording', least: 'Shortest message', untaken: 'Alarm when untaken for', lamp: 'Number of the lamp',
  },
  agents: {
    one: 'Agent', new: 'New agent', none: 'There is no such agent.', id: 'Number', idHint: 'Also the user with which the phone registers. It cannot be changed later.', name: 'Name', queues: 'Queues', skills: 'Skills', skillsHint: 'Levels 1 to 10, the highest.', newSkill: 'A skill', levelOf: 'Level of {{skill}}', without: 'Without {{skill}}', search: 'Number, name, skill',
    autoReady: 'Ready by itself', autoReadyHint: 'As soon as the phone registers.', autoAnswer: 'Answers by itself', autoAnswerHint: 'The phone picks up; a beep tells the agent.', phone: 'Phone', browser: 'browser', sip: 'SIP phone', webrtc: 'Browser phone', webrtcHint: 'Answers in the browser; off for a desk phone.', leader: 'Leader’s phone', leaderHint: 'For a leader to listen by: it takes no callers and counts as no agent; in no queue, without skills, not ready by itself.', setUp: 'Set up a phone',
  },
  phone: {
    title: 'Setting up the phone of {{agent}}', server: 'SIP server', port: 'Port', transport: 'Transport', user: 'User', auth: 'Authentication user', display: 'Display name', password: 'Password', passwordFrom: 'Everybody has his own; an administrator takes it from a file on the server that only he can read:', codec: 'Codecs', dtmf: 'Keys (DTMF)',
    hint: 'Register one account only, and turn the phone’s own forwarding, do-not-disturb and voicemail off. A new agent’s phone registers once he is published.', webrtc: 'This agent has a browser phone: a desk phone cannot register with his account. Turn it off and publish first.', foreign: 'The switch is another host’s: its port is as set up there.', codes: 'Codes on the phone',
    code: { 11: 'ready', 10: 'not ready', 12: 'done with notes', 2: '*2 and a number: announced transfer', 3: 'complete it', 4: 'take the caller back', 1: '*1 and a number: blind transfer', 6: 'ask the caller how it was' },
  },
  contacts: {
    one: 'Contact', new: 'New contact', none: 'There are no contacts yet. Add one, as a gas repair crew, and calls can be passed on to it.', id: 'Name', idHint: 'Transfers name it so; it cannot be changed later', name: 'Full name', nameHint: 'What agents read when they choose.', number: 'Number',
    hint: 'Calls may always be passed on to contacts, whatever the rules of dialling; flows, overflow and chains of those on call use them, too.', taken: 'The company has one of this name, or a queue', agents: 'This is an agent’s number; a contact is outside',
  },
  companies: {
    one: 'Company', new: 'New company', none: 'There are no companies yet.', id: 'Company', name: 'Name', general: 'General', country: 'Country', countryHint: 'How long a ring is there: three of them are counted so.', language: 'Language', zoneHint: 'That of the country where it is empty.', calendarHint: 'Deadlines of tickets count its working days; each day where none is chosen.',
    countries: { cn: 'China', de: 'Germany', fr: 'France', jp: 'Japan', uk: 'United Kingdom', us: 'United States' }, languages: { zh: 'Chinese', en: 'English' }, vips: 'VIP numbers', vipsHint: 'Served before others of their queue.', refused: 'Refused numbers', refusedHint: 'Refused on every line but emergency lines.',
    conduct: 'Measure talks', conductHint: 'Silence, overlap, callers who are not heard.', lamps: 'Lamps', lampsHint: 'Keys of desk phones show what colleagues do.', departments: 'Departments', department: 'Department {{n}}', addDepartment: 'Add a department', departmentId: 'Short name', departmentName: 'Name',
    outside: 'Rules of dialling', outsideHint: 'The numbers outside that agents and leaders may dial or pass calls on to, by how they begin. Without rules only contacts are.', rule: 'Rule {{n}}', addRule: 'Add a rule', role: 'Who may dial', roles: { agent: 'agents', leader: 'leaders' }, roleHint: 'Leaders have the agents’ rules, too.', prefixes: 'Beginnings', prefixesHint: 'As 13 or 010; Enter after each.', prefixesNeeded: 'At least one beginning',
    prefixForm: '1 to 20 digits, perhaps with + first', perHour: 'Most in an hour, each', perHourHint: '0 sets no bound.', lookups: 'Look-ups', lookupsHint: 'Services that flows may ask about a caller; each answer is a way on.', lookup: 'Look-up {{n}}', addLookup: 'Add a look-up', lookupId: 'Name', url: 'Address', urlHint: 'It is asked in JSON, by POST; no password may be in it.', tickets: 'The hotline’s own tickets (store:tickets)',
    results: 'Answers', resultsHint: 'Each is an exit of the nodes that ask it; Enter after each.', ticketResults: 'open: a ticket is not closed; none: there is none.', resultsNeeded: 'At least one answer', deadline: 'Longest wait', deadlineHint: '50ms to 3s; 500ms where it is empty.', header: 'Header', headerEnv: 'Environment variable with its value', headerEnvHint: 'No secret is in the configuration.', headerEnvForm: 'Capitals after SANSHENG_LOOKUP_',
    customers: 'Customers', customersFrom: 'Which service knows them', customersHint: 'What it knows is shown beside our card when somebody calls.', calls: 'What it calls the {{field}}', card: { name: 'name', address: 'address', account: 'account', note: 'note' },
    survey: 'Survey', surveyHint: 'What callers answer by a key when their talk is over: three questions at most. Without questions nothing is asked.', question: 'Question {{n}}', addQuestion: 'Add a question', questionId: 'Name', say: 'Prompt', sayHint: 'It says what the keys mean.', scores: 'What the keys stand for', scoresHint: 'Keys 1, 2, 3 … in order; 1 to 5 where none are chosen.', scoresForm: '2 to 9 scores',
    low: 'Low score', lowHint: 'This and lower open a ticket; 0 opens none.', thanks: 'Prompt at the end', voicemailHint: 'For queues of the company that do not say otherwise.',
  },
  calendars: {
    one: 'Calendar', new: 'New calendar', none: 'There are no calendars yet. Flows need one to ask the hours.', id: 'Name', zone: 'Time zone', week: 'The week', weekdays: 'Days of the week', daysNeeded: 'Choose days', from: 'From', to: 'To', addHours: 'Add hours', hours: 'Hours', noHours: 'Closed where there are none.',
    weekday: { mon: 'Mon', tue: 'Tue', wed: 'Wed', thu: 'Thu', fri: 'Fri', sat: 'Sat', sun: 'Sun' }, holidays: 'Public holidays', holidaysHint: 'Closed on its holidays, open on the days that make up for them.', holidayHours: 'Hours on holidays', makeUp: 'Days that make up are as', makeUpHint: 'Monday where nothing is chosen, its own where Monday has no hours.',
    rules: 'Rules of calendar {{id}}', asked: 'Asked by the flows {{flows}}', unasked: 'No flow asks it yet.', today: 'today', month: 'Month', before: 'The month before', after: 'The month after', closed: 'closed', kind: { special: 'Special', holiday: 'Holiday', makeUp: 'Worked', week: 'Week' },
    unknownYear: 'Table {{table}} knows no holidays of {{year}}: they would be days like any other. Import them below.', day: '{{date}}', now: 'As it is', dayName: 'Name', dayNameHint: 'What people read who ask why it is closed.', dates: 'Dates',
  },
  closures: {
    title: 'Open now?', none: 'No number asks the hours.', state: 'State', open: 'open', closed: 'closed', byHours: 'out of hours', why: 'Because of', until: 'Until', close: 'Close now', reopen: 'Open again', openAsk: 'Open number {{line}} again, as the calendar says?', wholeAsk: 'It is not number {{line}} that is closed, but calendar {{calendar}}. Every number that asks it opens with it: {{lines}}. Open them again?', what: 'What', line: 'Number {{line}} only', calendar: 'Calendar {{calendar}} (every number that asks it)',
    untilHint: 'It opens by itself then; at most 31 days. Who waits already is served.',
  },
  holidays: { title: 'Public holidays', shipped: 'shipped', count: 'entries: {{count}}', import: 'Import iCalendar', kind: 'Kind', unread: '{{name}} cannot be read', nothing: 'The file has no whole days.', read: '{{count}} entries are read into table {{id}}', fault: { repeats: 'it repeats; allowed: days with a date of their own', notWhole: 'it is no whole day; allowed: whole days' } },
  flows: {
    title: 'Flow {{id}}', new: 'New flow', none: 'There are no flows yet. Numbers without one greet and queue their callers.', id: 'Flow', lines: 'Numbers', nodes: 'Nodes', person: 'The person', personHint: 'The queue that takes who goes astray, and exits that are not drawn.', check: 'Check', errors: 'errors: {{count}}', good: 'good', unknown: 'There is no flow {{id}}', forLine: 'For the number',
    instead: '{{did}} (in place of {{flow}})', calendarHint: 'With one, the flow asks the hours first; out of hours callers leave a message.', start: 'Start', arrange: 'Arrange', node: 'Node', choose: 'Choose a node on the canvas, or add one with the buttons above. Drag from an exit’s dot to another node to connect them.', walk: 'Dry run', kind: 'Kind', nodeId: 'Name', goOn: 'Steps', ends: 'Ends', first: 'start', wrong: 'something is wrong',
    exits: 'Exits', toPerson: 'Not drawn: to the person', needed: 'must be drawn', addKey: 'Add a key', newKey: 'new key', key: 'Key {{key}}', controls: 'Controls of the canvas', map: 'Map', toCalendar: 'To the calendar', noLookups: 'The company has no look-ups yet: add them to the company.', sayHint: 'Played in this order.', nameHint: 'Under this name the digits are kept on the call.',
    patternHint: 'A regular expression that matches them as a whole.', timesHint: 'Played in place of the prompts above, by the company’s time zone.', addTime: 'Add a time',
  },
  kind: { say: 'Say', hours: 'Hours', menu: 'Menu', digits: 'Digits', caller: 'Who calls', lookup: 'Look-up', language: 'Language', queue: 'Queue', emergency: 'Emergency line', voicemail: 'Voicemail', transfer: 'Transfer', hang_up: 'Hang up' },
  kindHint: {
    say: 'Plays prompts and goes on.', hours: 'Open or closed, by a calendar.', menu: 'Plays prompts and waits for a key; 0 always leads to the person.', digits: 'Plays prompts and takes a number.', caller: 'Whether the caller is a VIP, has an open ticket or is owed a call, or has called within a day.', lookup: 'Asks a service of the company’s.', language: 'Another language from here on.', queue: 'Waits for a person.',
    emergency: 'Tells so and brings the caller to an emergency line.', voicemail: 'Takes a message, which becomes a ticket.', transfer: 'Passes the caller on to a contact.', hang_up: 'Plays prompts and ends the call.',
  },
  exit: { next: 'next', open: 'open', closed: 'closed', done: 'number taken', no_input: 'no key', wrong: 'wrong key', vip: 'VIP', ticket: 'has an open ticket', repeat: 'called within a day', other: 'others', failed: 'failed' },
  nodeField: { say: 'Prompts', times: 'Prompts by the time of day', calendar: 'Calendar', tries: 'How often', wait: 'Seconds to wait', name: 'Name of the number', min: 'Least digits', max: 'Most digits', pattern: 'Pattern', service: 'Look-up', language: 'Language', to: 'Where to' },
  made: { opens: 'tells when it opens', emergency: 'tells the emergency number' },
  to: { queue: 'Queue', emergency: 'Emergency line', transfer: 'Contact', none: { queue: 'There are no queues', emergency: 'There are no emergency lines', transfer: 'The company has no contacts: add them under contacts' } },
  finding: {
    none: 'Nothing is wrong with the drawing.', go: 'Show', server: 'The server says', start: 'There is no node “{{to}}” to start with.', person: 'No queue is named for the person.', id: 'A node cannot be called “{{node}}”.', twice: 'Two nodes are called “{{node}}”.', exitMissing: '“{{node}}” lacks the exit {{exit}}.', deadEnd: '“{{node}}” has no exit: callers get no further.', exitNowhere: 'Exit {{exit}} of “{{node}}” leads to “{{to}}”, which is not there.',
    exitUnknown: '“{{node}}” has no such exit: {{exit}}.', noKey: 'Menu “{{node}}” has no key.', noAnswer: 'Look-up “{{node}}” has no exit for an answer.', field: '“{{node}}” lacks: {{field}}.', silent: '“{{node}}” hangs up without a word: add a prompt.', unreachable: 'No caller comes to “{{node}}”.', circle: 'Who presses nothing goes in a circle: {{way}}.', hungUp: 'Who chooses nothing is hung up at “{{node}}”: lead him to a person, an emergency line or a message.', toPerson: 'Exit {{exit}} of “{{node}}” is not drawn: it leads to the person.',
  },
  walk: {
    number: 'Number called', caller: 'Caller', at: 'Time', now: 'now', keys: 'Keys', keysHint: 'One each time a menu is told; a number with its # each time digits are asked for; a dot presses nothing.', is: 'What is known', answer: '{{service}} answers', go: 'Walk', ofDraft: 'The draft is walked.', inForce: 'What is in force is walked.', noLine: 'No number uses this flow. Choose it for a number to walk it.', back: 'Back', forth: 'Next', step: 'Step',
    astray: 'The caller went round and was passed to a person.', end: 'Ends at: {{kind}} {{to}}', survey: 'Asked afterwards: {{prompts}}', hears: 'hears {{prompts}}', person: 'the person',
  },
  prompts: {
    new: 'New prompt', none: 'There is no such prompt.', name: 'Name', nameHint: 'By which flows and numbers play it.', nameFirst: 'Name it first.', language: 'Language', everybody: 'all companies', state: 'Show only', only: { placeholder: 'placeholders', missing: 'missing', own: 'own', used: 'in use' }, plays: 'What is heard', play: { own: 'own', everybodys: 'everybody’s', shipped: 'shipped', missing: 'missing' }, voice: 'Voice', placeholder: 'placeholder', placeholderHint: 'This is a program’s voice: a placeholder until a person has recorded it.', person: 'person',
    length: 'Length', used: 'Used', unused: 'nowhere', most: '{{length}} of it are heard', loudness: 'Loudness', player: 'Listen to {{name}}', another: 'Another one', upload: 'Upload a recording', uploadHint: 'WAV, MP3 or FLAC, up to 20 MB and three minutes. The next caller hears it.', text: 'Text', speak: 'Have it spoken', phone: 'Phone', hear: 'Hear it on a phone', undo: 'The version before', undoAsk: 'Bring the version before back? The next caller hears it.',
    versions: 'Versions', noVersions: 'None of its own yet.', how: 'How', hows: { uploaded: 'uploaded', spoken: 'spoken', undone: 'back to', removed: 'removed', found: 'found' }, made: 'Version {{version}} of {{name}} is what is heard',
  },
  health: {
    parts: 'Parts', part: 'Part', state: 'State', detail: 'Detail', ok: 'good', without: 'away; calls are taken without it', down: 'down', ready: 'Calls can be taken', notReady: 'No call can be taken now', alarms: 'Alarms', noAlarms: 'No alarm stands.', severity: 'Severity', page: 'now', warn: 'today', alarm: 'Alarm', since: 'For', means: 'What it means, and why', advice: 'What to do', source: 'Source',
    webhooks: 'Webhooks', noWebhooks: 'There are no webhooks.', webhook: 'Webhook', ended: 'ended', waiting: 'Waiting', failed: 'Given up', delivered: 'Last delivered', refused: 'Refused', test: 'Test', retry: 'Try again', tested: '{{name}} is being told; what comes of it is below', retried: 'Tried again: {{count}}',
    deliveries: 'Deliveries', noDeliveries: 'There are no such deliveries.', delivery: { waiting: 'waiting', delivered: 'delivered', failed: 'given up', dropped: 'dropped' }, kind: 'Fact', call: 'Call', tries: 'Tries', error: 'Error',
    letters: 'Facts without rows', noLetters: 'None: rows were made of every fact.', alsoClosed: 'closed ones, too', place: 'Place', subject: 'Subject', outcome: 'Outcome', close: 'Put away', closeAsk: 'Nobody will look at it again. Why is it not needed?',
  },
} satisfies Words
