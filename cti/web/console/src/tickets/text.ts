import { addText, type Words } from '../shell/text'

const zh: Words = {
  title: '工单', backlog: '积压', list: '全部工单', mineTitle: '本部门工单', none: '没有符合条件的工单。放宽筛选条件再试。', noneAtAll: '还没有工单：每个接听的来电都会自动生成一张。',
  more: '再显示 {{count}} 条', shown: '已显示 {{count}} 条', atMost: '最多显示 {{count}} 条，请缩小筛选范围', clear: '清除筛选',
  field: {
    company: '公司', kind: '类别', state: '状态', owner: '责任人', department: '部门', call: '通话', overdue: '只看超期', clerk: '经办人', due_at: '期限', opened_at: '建立', closed_at: '结案', worked_at: '办理时间',
    summary: '摘要', place: '地址', phone: '联系电话', caller: '来电号码', did: '热线号码', result: '结果', level: '升级', score: '满意度', important: '重要', charged: '收费',
    text: '内容', told: '已告知客户', how: '核实方式（只写问了什么，不写答案）', due: '承诺的时间', reason: '理由', work_at: '计划办理日期（此后三日内须有结果）', into: '并入的工单编号', untraceable: '报险人无法回访', id: '编号',
  },
  kinds: {
    consultation: '咨询', complaint: '投诉', repair: '报修', emergency: '抢险', installation: '安装', alteration: '改装', suggestion: '建议', praise: '表扬', voicemail: '留言', callback: '回电',
  },
  states: { draft: '草稿', open: '待处理', forwarded: '部门办理', done: '已办待结', closed: '已结案', merged: '已合并' },
  mark: { overdue: '超期', soon: '将到期', promised: '已承诺客户' },
  over: '超期 {{span}}', left: '剩 {{span}}', days: '{{count}} 天', hours: '{{count}} 小时', minutes: '{{count}} 分钟',
  order: {
    take: '受理', finish: '办结', give_back: '退回', forward: '转派', note: '记录进展', promise: '承诺时间', urge: '催办', escalate: '升级', describe: '登记事项', fill: '填写记录单', amend: '补正记录单',
    close: '结案', reopen: '重新打开', rate: '登记满意度', entrust: '变更责任人', identify: '核实身份', join: '关联通话', merge: '合并', split: '拆分',
  },
  orders: '操作', moreOrders: '更多', doneOrder: '已完成：{{order}}',
  levels: { 0: '未升级', 1: '值班长', 2: '部门负责人', 3: '公司' },
  hindrance: {
    merged: '工单已合并，请到并入的工单上操作。', withDepartment: '部门办理中：办结或退回后才能结案。', sheetDraft: '记录单还是草稿：填写完整并定稿后才能结案。', othersClose: '由责任人 {{owner}} 或值班长结案。',
  },
  whole: { why: '此操作会整体改写内容，须先显示全号与完整内容。', not: '只有责任人或值班长可以查看完整内容并改写。' },
  nextLevel: '由上一级处理：{{level}}', self: '留空为本人', sameOwner: '留空为原单负责人', resultKept: '留空为部门填写的结果',
  story: {
    title: '工单', matter: '事项', system: '系统记录', sheet: '记录单', acts: '经过', files: '附件', calls: '通话', noCalls: '没有关联的通话', noSheet: '还没有填写记录单。', into: '已并入工单', back: '返回列表', dial: '回拨客户', dialled: '正在呼叫，您的话机会先响',
  },
  sheet: {
    draft: '草稿', final: '定稿', amendment: '补正', version: '{{what}} · {{by}} · {{at}}', changed: '已改', reason: '补正理由', saveDraft: '存草稿', finalise: '定稿', save: '保存补正',
    finalHint: '定稿后不能再改写，只能补正；原文与补正都会保留。', lacks: '定稿前须填写', noForms: '读不到记录单模板，暂时不能填写。', kind: '事项类别', yes: '是', no: '否',
  },
  files: { upload: '上传附件', hint: '不超过 10 MB', tooLarge: '文件超过 10 MB', none: '没有附件', download: '下载 {{name}}', done: '已上传 {{name}}' },
  verb: {
    opened: '建立工单', described: '登记事项', filled: '填写记录单', amended: '补正记录单', noted: '记录进展', identified: '核实身份', joined: '关联通话', promised: '向客户承诺', forwarded: '转派部门', taken: '受理', finished: '办结',
    given_back: '退回', entrusted: '变更责任人', urged: '催办', escalated: '升级', closed: '结案', reopened: '重新打开', merged: '合并到其他工单', absorbed: '并入其他工单', rated: '登记满意度', attached: '上传附件', dated: '设定期限', lapsed: '期限提醒', lapsedOver: '已超期', system: '系统',
  },
  lapsed: { near: '期限将到', over: '期限已过' },
  skipped: '越级', toldCaller: '已告知客户', finalSheet: '定稿',
  back: { overdue: '超期', soon: '24 小时内到期', department: '部门', who: '经办/责任人', own: '坐席（未转派）', nobody: '无人', none: '没有超期或即将到期的工单。', partial: '未结工单超过 {{count}} 张，只统计其中最新的；请按公司或部门缩小范围。' },
  sheetField: {
    matter: '事项内容', happened: '情况描述', about: '类别/对象', place: '地址', phone: '联系电话', name: '联系人', happened_on: '发生日期', wanted: '客户诉求', wanted_on: '希望日期', visit_on: '预约上门日期', danger: '危险', injured: '受伤人数', evacuated: '人员已撤离',
    traceable: '报险人可回访', whom: '表扬对象', charged: '是否收费', done: '处理经过', result: '处理结果',
  },
}

const en: Words = {
  title: 'Tickets', backlog: 'Backlog', list: 'All tickets', mineTitle: "My department's tickets", none: 'No ticket matches. Try with fewer filters.', noneAtAll: 'No tickets yet: each answered call makes one by itself.',
  more: 'Show {{count}} more', shown: '{{count}} shown', atMost: 'No more than {{count}} are shown: filter them', clear: 'Clear the filters',
  field: {
    company: 'Company', kind: 'Kind', state: 'State', owner: 'Responsible', department: 'Department', call: 'Call', overdue: 'Overdue only', clerk: 'Clerk', due_at: 'Due', opened_at: 'Opened', closed_at: 'Closed', worked_at: 'Work done',
    summary: 'Summary', place: 'Place', phone: 'Telephone', caller: 'Caller', did: 'Line', result: 'Result', level: 'Escalated', score: 'Satisfaction', important: 'Important', charged: 'Charged',
    text: 'Text', told: 'The caller was told', how: 'What he was asked (never what he answered)', due: 'Promised for', reason: 'Reason', work_at: 'Work planned for (its result is due three days after)', into: 'Id of the ticket that goes on', untraceable: 'Who reported it cannot be called back', id: 'Id',
  },
  kinds: {
    consultation: 'Consultation', complaint: 'Complaint', repair: 'Repair', emergency: 'Emergency', installation: 'Installation', alteration: 'Alteration', suggestion: 'Suggestion', praise: 'Praise', voicemail: 'Voicemail', callback: 'Call back',
  },
  states: { draft: 'Draft', open: 'Open', forwarded: 'With a department', done: 'Done, to be closed', closed: 'Closed', merged: 'Merged' },
  mark: { overdue: 'Overdue', soon: 'Due soon', promised: 'promised to the caller' },
  over: 'overdue by {{span}}', left: '{{span}} left', days: '{{count}} d', hours: '{{count}} h', minutes: '{{count}} min',
  order: {
    take: 'Take', finish: 'Finish', give_back: 'Give back', forward: 'Forward', note: 'Note', promise: 'Promise a day', urge: 'Urge', escalate: 'Escalate', describe: 'Describe', fill: 'Fill in the sheet', amend: 'Amend the sheet',
    close: 'Close', reopen: 'Open again', rate: 'Rate', entrust: 'Entrust', identify: 'Identify', join: 'Add a call', merge: 'Merge', split: 'Split',
  },
  orders: 'Orders', moreOrders: 'More', doneOrder: 'Done: {{order}}',
  levels: { 0: 'not escalated', 1: 'shift leader', 2: "department's head", 3: 'company' },
  hindrance: {
    merged: 'It was merged: go on with the other ticket.', withDepartment: 'It is with the department: it can be closed when that has finished, or given it back.', sheetDraft: 'The record sheet is a draft: finish it before the ticket is closed.', othersClose: '{{owner}}, who is responsible, or a leader closes it.',
  },
  whole: { why: 'This writes all of it anew: it must be shown whole first.', not: 'Only who is responsible, or a leader, may see it whole and write it anew.' },
  nextLevel: 'The next one above sees to it: {{level}}', self: 'Yourself where it is empty', sameOwner: "The ticket's owner where it is empty", resultKept: "The department's result where it is empty",
  story: {
    title: 'Ticket', matter: 'Matter', system: "The system's part", sheet: 'Record sheet', acts: 'What was done', files: 'Files', calls: 'Calls', noCalls: 'No calls', noSheet: 'The record sheet is not filled in yet.', into: 'Merged into ticket', back: 'Back to the list', dial: 'Call the caller', dialled: 'Calling: your phone rings first',
  },
  sheet: {
    draft: 'Draft', final: 'Final', amendment: 'Amendment', version: '{{what}} · {{by}} · {{at}}', changed: 'changed', reason: 'Reason of the amendment', saveDraft: 'Save the draft', finalise: 'Make it final', save: 'Save the amendment',
    finalHint: 'A final sheet is amended only; both versions are kept.', lacks: 'Needed before it is final', noForms: 'The forms cannot be read, so that nothing can be filled in.', kind: 'Kind of matter', yes: 'Yes', no: 'No',
  },
  files: { upload: 'Add a file', hint: 'Up to 10 MB', tooLarge: 'The file is larger than 10 MB', none: 'No files', download: 'Download {{name}}', done: '{{name}} was added' },
  verb: {
    opened: 'Opened', described: 'Described', filled: 'Sheet filled in', amended: 'Sheet amended', noted: 'Noted', identified: 'Caller identified', joined: 'Call added', promised: 'Promised to the caller', forwarded: 'Forwarded', taken: 'Taken', finished: 'Finished',
    given_back: 'Given back', entrusted: 'Entrusted', urged: 'Urged', escalated: 'Escalated', closed: 'Closed', reopened: 'Opened again', merged: 'Merged into another', absorbed: 'Another was merged into it', rated: 'Rated', attached: 'File added', dated: 'Deadline set', lapsed: 'Deadline near', lapsedOver: 'Overdue', system: 'system',
  },
  lapsed: { near: 'the deadline is near', over: 'the deadline has passed' },
  skipped: 'steps were left out', toldCaller: 'the caller was told', finalSheet: 'final',
  back: { overdue: 'Overdue', soon: 'Due within 24 h', department: 'Department', who: 'Who has it', own: 'Agents (not forwarded)', nobody: 'nobody', none: 'Nothing is overdue or due soon.', partial: 'More than {{count}} tickets are not closed, and only the newest are counted: choose a company or a department.' },
  sheetField: {
    matter: 'Matter', happened: 'What has happened', about: 'About', place: 'Address', phone: 'Telephone', name: 'Contact', happened_on: 'When it happened', wanted: 'What the caller wants', wanted_on: 'Wanted on', visit_on: 'Visit agreed for', danger: 'Danger', injured: 'People injured', evacuated: 'People are out',
    traceable: 'Reporter can be called back', whom: 'Whom', charged: 'Charged', done: 'What was done', result: 'Result',
  },
}

export const ticketText = { zh, en }

addText('tickets', ticketText)
