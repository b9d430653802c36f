import { addText, type Words } from '../shell/text'

const zh: Words = {
  title: '回访', tab: { mine: '我的', today: '今日到期', overdue: '已超期', owed: '全部待回访', ended: '已结束', callbacks: '排队回电', rates: '回访率', surveys: '季度调查' },
  none: { mine: '您名下没有待回访。值班长分派后会出现在这里。', today: '今天没有到期的回访。', overdue: '没有超期的回访。', owed: '没有待回访：工单结案后按规则自动生成。', ended: '还没有结束的回访。', callbacks: '没有等待回电的客户。' },
  col: { tickets: '工单', due: '期限', state: '状态', agent: '坐席', number: '号码', attempts: '已试', next: '可拨时间', place: '地址', orders: '操作', ended: '结束', company: '公司' },
  states: { waiting: '待拨打', calling: '呼叫中', confirming: '待登记结果', done: '已回访', failed: '回访失败', waived: '免回访', merged: '已合并' },
  overdue: '超期', nobody: '未分派', dial: '拨打', open: '查看', dialled: '正在呼叫，您的话机会先响', notYet: '{{at}} 后可拨', calling: '可拨打时段 {{hours}}',
  deal: '分派今日回访', dealSure: '把今日应做而未分派的回访，平均分给在岗坐席？', dealt: '已分派 {{count}} 条',
  one: { title: '回访', tickets: '回访的工单', numbers: '号码（先拨第一个）', attempts: '呼叫记录', noAttempts: '还没有拨打过', outcome: '回访结果', assign: '分派给', assignNobody: '收回（不分派）', waive: '免回访', waiveReason: '免回访的理由', addNumber: '新增号码', add: '添加', gone: '列表中没有这条回访：可能已结束，或不属于您的公司。' },
  fail: { rule: '两天都未接通，即记为回访失败。', once: '{{days}} 已有未接通记录：换一天再未接通，即记为回访失败。', failed: '在 {{count}} 天内均未接通，回访失败。' },
  attempt: { line: '线路：{{line}}', rang: '振铃 {{seconds}} 秒', by: '{{by}} 确认', system: '系统按线路结果记录', confirmBy: '请在通话结束后 {{minutes}} 分钟内登记，否则按线路结果记录。' },
  results: { talked: '已接通', missed: '未接通', dropped: '不计次' },
  lines: { reached: '已接听', busy: '忙', no_such_number: '空号', no_answer: '无人接听', unreachable: '不在服务区/关机', refused: '拒接', failed: '线路故障', given_up: '坐席先挂断', not_begun: '未拨出' },
  reasons: { busy: '忙', no_such_number: '空号', no_answer: '无人接听', unreachable: '不在服务区/关机', call_reminder: '来电提醒' },
  say: { title: '登记结果', talked: '已接通，填写问卷', missed: '未接通', dropped: '不算一次', reason: '未接通的原因（请核对线路结果）', confirm: '确认未接通', why: '为什么不计次', during: '通话结束后才能登记未接通。' },
  ask: { declined: '客户不愿接受询问', send: '提交问卷', needed: '请回答', yes: '是', no: '否', optional: '选答', about: '{{kind}} {{id}}', opening: '开场', closing: '结束语',
    again: '抢险事项未解决：提交后立即按紧急事项重新处理。', reopens: '事项未解决：提交后工单重新打开。', low: '客户不满意：提交后立即通知值班长。' },
  outcome: { declined: '客户不愿接受询问', unsolved: '未解决', dissatisfied: '不满意' },
  callbacks: { owedOnly: '只看待回', asked: '要求时间', promisedBy: '承诺人', asker: '客户要求', until: '承诺时限', late: '已超时', queue: '队列', last: '上次结果', dueAt: '下次', result: '结果', call: '通话', cancel: '取消回电', cancelReason: '取消的理由', cancelled: '已取消', none: '–',
    results: { reached: '已接通', failed: '未接通', came_back: '客户已再次来电', served: '已受理', expired: '已过期', cancelled: '已取消' } },
  rates: {
    month: '月份', kind: '类别', allKinds: '全部类别', closed: '当月结案', owed: '应回访', done: '当月完成', kept: '已回访', failed: '失败', waived: '免回访', waiting: '等待', open: '月底前到期',
    rate: '回访率（完成/结案）', keptRate: '应回访完成率', forecast: '月底预测', forecastRate: '预计回访率', quota: '今日应完成', shares: '今日分配', agent: '坐席', calls: '条数', noShares: '当前没有坐席在岗', forecastHint: '按本月至今的进度推算：预计结案 {{closed}}，完成 {{done}}',
  },
  surveys: {
    quarter: '季度', people: '名单', ofAll: '{{n}} / 共 {{all}}', content: '满意（4、5 分）', average: '平均分', seed: '抽样种子', none: '还没有抽取过名单。季度结束后即可抽取。', noneYet: '还没有季度调查的名单：由值班长抽取。',
    draw: '抽取名单', drawHint: '从该季度来电并已办结者中随机抽取，每个号码一次；标为勿扰或免调查的除外。每季度抽取一次，种子随名单保存。', size: '人数', go: '抽取',
    n: '序号', spoke: '来电', score: '得分', remark: '意见', askedBy: '调查人', say: '登记', saying: '{{n}}. {{number}}', came: '结果', ask: '对本次服务是否满意', nobody: '名单上没有这样的人。',
    states: { waiting: '待调查', answered: '已答', refused: '拒答', missed: '未接通', all: '全部' }, scores: { 5: '很满意', 4: '满意', 3: '一般', 2: '不满意', 1: '很不满意' },
    export: '导出名单', exportReason: '导出理由（含完整号码，将被记录）',
  },
}

const en: Words = {
  title: 'Callbacks', tab: { mine: 'Mine', today: 'Due today', overdue: 'Overdue', owed: 'All that are owed', ended: 'Ended', callbacks: 'From queues', rates: 'Rates', surveys: 'Surveys' },
  none: { mine: 'Nobody is on your list. Callbacks come here when the leader deals them.', today: 'Nothing is due today.', overdue: 'Nothing is overdue.', owed: 'Nobody is owed a call: they come from closed tickets, by the rules.', ended: 'None has ended yet.', callbacks: 'No caller waits for a call.' },
  col: { tickets: 'Tickets', due: 'Due', state: 'State', agent: 'Agent', number: 'Number', attempts: 'Tried', next: 'May be called', place: 'Place', orders: 'Orders', ended: 'Ended', company: 'Company' },
  states: { waiting: 'Waiting', calling: 'Being called', confirming: 'To be confirmed', done: 'Done', failed: 'Failed', waived: 'Waived', merged: 'Merged' },
  overdue: 'Overdue', nobody: 'nobody', dial: 'Call', open: 'Show', dialled: 'Calling: your phone rings first', notYet: 'From {{at}}', calling: 'People are called {{hours}}',
  deal: "Deal today's", dealSure: "Put today's callbacks that are nobody's on the lists of the agents at work, each as many?", dealt: '{{count}} were dealt',
  one: { title: 'Callback', tickets: 'About these tickets', numbers: 'Numbers (the first is called)', attempts: 'Attempts', noAttempts: 'Not called yet', outcome: 'What the caller said', assign: 'Put on the list of', assignNobody: "Nobody's", waive: 'Waive', waiveReason: 'Why nobody is called', addNumber: 'Another number', add: 'Add', gone: "It is not in the list: it may have ended, or be another company's." },
  fail: { rule: 'Missed on two days, it has failed.', once: 'Missed on {{days}}: missed on another day, it has failed.', failed: 'Missed on {{count}} days: it has failed.' },
  attempt: { line: 'Line: {{line}}', rang: 'rang for {{seconds}} s', by: 'confirmed by {{by}}', system: "the line's word", confirmBy: "Say what came of it within {{minutes}} minutes of the call's end, or the line's word counts." },
  results: { talked: 'Talked', missed: 'Missed', dropped: 'Does not count' },
  lines: { reached: 'answered', busy: 'busy', no_such_number: 'no such number', no_answer: 'no answer', unreachable: 'unreachable', refused: 'refused', failed: 'fault of the line', given_up: 'the agent gave up', not_begun: 'not dialled' },
  reasons: { busy: 'Busy', no_such_number: 'No such number', no_answer: 'No answer', unreachable: 'Unreachable', call_reminder: 'The network reminds him' },
  say: { title: 'What came of it', talked: 'Talked: ask the questions', missed: 'Missed', dropped: 'Does not count', reason: 'Why nobody was reached (check what the line says)', confirm: 'Confirm', why: 'Why it does not count', during: 'An attempt is missed when its call has ended.' },
  ask: { declined: 'The caller does not want to be asked', send: 'Send the answers', needed: 'Needs an answer', yes: 'Yes', no: 'No', optional: 'optional', about: '{{kind}} {{id}}', opening: 'To begin with', closing: 'To end with',
    again: 'An emergency is not solved: it is one again as soon as this is sent.', reopens: 'It is not solved: its ticket opens again when this is sent.', low: 'The caller is not content: the shift leader is told at once.' },
  outcome: { declined: 'Did not want to be asked', unsolved: 'not solved', dissatisfied: 'not content' },
  callbacks: { owedOnly: 'Only those owed', asked: 'Asked for', promisedBy: 'Promised by', asker: 'asked for it', until: 'Until', late: 'late', queue: 'Queue', last: 'Last result', dueAt: 'Next', result: 'Result', call: 'Call', cancel: 'Cancel', cancelReason: 'Why he is not called', cancelled: 'Cancelled', none: '–',
    results: { reached: 'reached', failed: 'failed', came_back: 'called again himself', served: 'served', expired: 'expired', cancelled: 'cancelled' } },
  rates: {
    month: 'Month', kind: 'Kind', allKinds: 'All kinds', closed: 'Closed in the month', owed: 'Owed a call', done: 'Done in the month', kept: 'Spoken to', failed: 'Failed', waived: 'Waived', waiting: 'Waiting', open: 'Due before its end',
    rate: 'Callback rate (done to closed)', keptRate: 'Of those owed', forecast: 'Forecast', forecastRate: 'Rate at the end of the month', quota: "Today's quota", shares: "Today's shares", agent: 'Agent', calls: 'Calls', noShares: 'No agent is at work', forecastHint: 'At the pace until now: {{closed}} closed, {{done}} done',
  },
  surveys: {
    quarter: 'Quarter', people: 'On the list', ofAll: '{{n}} of {{all}}', content: 'Content (4 or 5)', average: 'Average', seed: 'Seed', none: 'No list was drawn yet. It can be when a quarter is over.', noneYet: 'No list was drawn yet: the shift leader draws it.',
    draw: 'Draw a list', drawHint: 'Of those who called in the quarter and whose tickets are closed, each number once; without those who are not to be called or asked. It is drawn once; the seed is kept with it.', size: 'How many', go: 'Draw',
    n: 'No.', spoke: 'Called', score: 'Score', remark: 'Remark', askedBy: 'Asked by', say: 'Write down', saying: '{{n}}. {{number}}', came: 'What came of it', ask: 'How content is he with what was done?', nobody: 'Nobody on the list is so.',
    states: { waiting: 'To be asked', answered: 'Answered', refused: 'Refused', missed: 'Missed', all: 'All' }, scores: { 5: 'very', 4: 'content', 3: 'so-so', 2: 'not content', 1: 'not at all' },
    export: 'Export the list', exportReason: 'Why (it has whole numbers, and is recorded)',
  },
}

export const followUpText = { zh, en }

addText('followups', followUpText)
