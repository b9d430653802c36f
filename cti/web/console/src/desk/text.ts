import { addText, type Words } from '../shell/text'

const zh: Words = {
  title: '坐席台', notAgent: '只有业务代表有坐席台', unlinked: '服务器与交换机的连接已中断：正在进行的通话不受影响，暂时不能保持、转接。',
  ready: '就绪', done: '整理完毕', pauseNow: '小休', pauseAfter: '通话后小休', logOff: '签退', logOffSure: '确定签退？签退后不再分配来电。',
  left: '剩余 {{time}}', yes: '是', no: '否', emergency: '紧急来电', overdue: '已超期', anonymous: '未显示号码',
  line: '热线', queue: '队列', direction: { inbound: '呼入', outbound: '呼出' },
  pause: { meal: '用餐', rest: '休息', training: '培训', meeting: '会议', paperwork: '处理工单', task: '其他工作' },
  because: {
    'phone registered': '话机已注册', 'phone not registered': '话机未注册', 'two calls missed in a row': '连续两次未接', 'phone does not react': '话机无响应',
    'call over': '通话结束', 'wrap-up time over': '整理时间到', 'offer ended': '来电已取消', 'called by the switch itself': '由交换机直接呼叫',
    supervises: '监听中', 'supervision over': '监听结束', 'logged off': '已签退', dials: '正在呼出',
  },
  phone: { which: '来电响在哪部话机', browser: '浏览器', desk: '桌面话机', there: '话机正常', lost: '话机离线' },
  lost: {
    title: '话机离线', effect: '在恢复之前不会给您分配来电。', browser: '请检查网络与麦克风权限，然后重新载入页面；仍不行就改用桌面话机。',
    desk: '请检查话机的电源和网线，并确认它以 {{number}} 注册；也可以改用浏览器话机。', says: '浏览器提示：{{problem}}', reload: '重新载入', toDesk: '改用桌面话机',
  },
  figures: {
    title: '今日', unread: '今日数据暂时读不到', answered: '接听', within: '三声内', missed: '未接', average: '平均通话', talk: '通话', wrap: '整理', callbacks: '待回访', tickets: '未结工单',
  },
  notice: { title: '有 {{count}} 条通知待确认：', confirm: '已阅读，确认' },
  answer: '接听',
  ringing: {
    title: '来电', rings: '第 {{count}} 声', promise: '请在三声之内接听，还剩 {{left}} 声（含本声）', late: '已超过三声，请立即接听',
    pickUp: '请拿起桌面话机接听', outbound: '您的话机先响；接起后即拨出号码。',
  },
  brief: { from: '{{from}} 转来', flow: '语音导航已获取', consent: '客户已同意转接', noConsent: '未记录客户同意', reason: '事由：{{reason}}' },
  alerts: { sound: '试听铃声', noSound: '听不到：请检查扬声器', allow: '允许桌面通知', on: '桌面通知已开启', off: '桌面通知未开启', denied: '浏览器禁止了桌面通知' },
  alarm: { title: '☎ 来电 {{caller}}', emergency: '🚨 紧急来电 {{caller}}', body: '拨打 {{did}}', go: '去接听', untold: '话机在响铃' },
  controls: '通话操作', hold: '保持', unhold: '恢复通话', mute: '静音', unmute: '取消静音', keypad: '按键', keypadSent: '已发送的按键',
  record: { pause: '暂停录音', resume: '继续录音', paused: '录音已暂停', on: '录音中' },
  survey: { open: '转满意度', hint: '结束通话，请客户按键评价' },
  hangUp: { open: '挂断', sure: '客户仍在线，确定先挂机？', early: '坐席先挂机会被记录。客户不挂机时，请走“客户不挂机”的流程。' },
  again: { open: '转入紧急线', sure: '对方的紧急情况仍未解决？', hint: '立即按紧急来电转入紧急队列，原工单一并带过去' },
  transfer: {
    open: '转接', title: '转接', to: '接收人', toHint: '输入工号、姓名、联系人或队列查找，也可输入外线号码；↑↓ 选择，回车确认', toNeeded: '请填写接收人', agents: '坐席', contacts: '联系人（外线）', queues: '队列', ready: '{{count}} 人就绪', noContacts: '联系人暂时读不到，可以直接输入号码',
    unread: '坐席列表暂时读不到，可以直接输入工号', notFree: '此人现在不能接听，请另选', nobody: '此队列现在无人就绪；直接转接时客户在队列中等待', more: '补充说明（接收人会看到）',
    consent: '已向客户说明原因，并征得同意', consentNeeded: '转接前须征得客户同意', blind: '直接转接', announced: '先告知再转接',
  },
  why: { department: '属其他部门业务', expert: '需要专业坐席', repair: '需要报修处理', emergency: '属紧急事项', leader: '客户要求值班长', own: '客户要求原坐席', other: '其他' },
  consult: {
    title: '转接进行中', ringing: '正在呼叫 {{to}}，第 {{count}} 声', talking: '正在与 {{to}} 通话', together: '三方通话中（{{to}}）', waits: '客户正在等待，可以随时接回。',
    complete: '完成转接', takeBack: '接回客户', swap: '切换', conference: '三方通话',
  },
  talk: {
    title: '通话', talking: '通话中', held: '保持中，客户在听音乐', consulting: '转接咨询中', conference: '三方通话', received: '{{from}} 正在向您转接', dialling: '正在呼叫，等待对方接听',
  },
  situation: {
    title: '情形话术', next: '{{time}} 后说下一句', end: '{{time}} 后可以挂机', mayEnd: '现在可以挂机',
    silent: { name: '客户无声', say1: '您好，请问您能听到我说话吗？', say2: '您好，我这边听不到您的声音，请您再说一遍。', say3: '非常抱歉，仍然听不到您的声音，请您换一部电话再打来，再见。' },
    keys: { name: '客户按键', say1: '您好，您已接通人工服务，不需要再按键了，请问有什么可以帮您？' },
    audio: { name: '听不清', say1: '非常抱歉，线路声音不清楚，请您先挂机，我们三分钟内给您回电。' },
    wait: { name: '请稍候', say1: '请您稍等，我马上为您查询。', say2: '感谢您的等待，请问您还在吗？' },
    lookup: { name: '查询较久', say1: '这项查询需要一些时间，我们三十分钟内给您回电，您看可以吗？' },
    linger: { name: '客户不挂机', say1: '请问您还有其他需要帮助的吗？', say2: '请问您还有其他问题吗？如果没有，感谢您的来电，再见。' },
  },
  promise: {
    title: '承诺回电', within: '承诺 {{count}} 分钟内回电', told: '已告知客户 {{count}} 分钟内回电', other: '其他时间或号码…', due: '最迟回电时间', over: '时间已过', number: '回电号码', own: '留空即为来电号码', go: '承诺',
    kept: '已列入回电名单，热线会按时拨出；最迟',
  },
  script: { title: '话术', steps: '后续话术（{{count}} 步）', unread: '话术暂时读不到' },
  card: {
    title: '客户', nobody: '来电时在这里显示客户资料', anonymous: '没有号码，无法查找客户资料', noName: '未登记姓名', first: '首次来电', whole: '显示全部', take: '填入记录单', why: '通话 {{call}} 中核对客户资料',
    oursMissing: '客户资料暂时读不到', theirsMissing: '业务系统没有回答', place: '地址', account: '户号', note: '备注', theirs: '业务系统', tickets: '未结工单（{{count}}）',
    calls: '历史通话（{{count}}）', owed: '欠客户回电 {{count}} 次，应于', noSummary: '尚未填写', abandoned: '客户放弃', answered: '已接听', unanswered: '未接听', more: '另有 {{count}} 次',
  },
  flag: { vip: 'VIP', do_not_call: '勿呼出' },
  kind: {
    consultation: '咨询', complaint: '投诉', repair: '报修', emergency: '抢险', installation: '安装', alteration: '改装', suggestion: '建议', praise: '表扬', voicemail: '留言', callback: '回电',
  },
  ticketState: { draft: '草稿', open: '处理中', forwarded: '已转部门', done: '部门已办', closed: '已办结', merged: '已合并' },
  sheet: {
    title: '客服电话记录单', kind: '事项类别', final: '已定稿', makeFinal: '定稿', must: '定稿前必填', lacks: '请填写此项', missing: '定稿前还需填写：{{fields}}', began: '来电', answered: '接听',
    due: '期限', promised: '已承诺客户', why: '继续填写通话 {{call}} 的记录单', noTicket: '这通电话的工单还没有生成，请稍后再试', noForms: '读不到记录单的表格',
  },
  saved: { written: '已保存', changed: '待保存…', writing: '正在保存…', failed: '保存失败，会自动重试', refused: '没有保存', kept: '内容已留在本机', notKept: '本机也存不下，请勿关闭页面' },
  foreign: { owner: '首问负责人是 {{owner}}，记录单由其填写；您可以补充情况。', open: '打开工单', note: '补充情况', add: '添加', added: '已添加 {{count}} 条' },
  deed: { close: '办结', finalAndClose: '定稿并办结', forward: '转部门', department: '部门', another: '另开工单', open: '开单', summary: '事项摘要' },
  idle: {
    title: '空闲时的工作', waiting: '等待来电', notReady: '您现在不接听来电', wrapping: '请写完记录单，然后按“整理完毕”', drafts: '待填写的记录单（{{count}}）', noDrafts: '记录单都填写完了', partial: '每种状态只列出最新的 {{count}} 张工单，更早的请在工单页查找。', openSheet: '填写', tickets: '我负责的工单（{{count}}）',
    left: '有 {{count}} 份记录单还没有传到服务器：',
  },
  dial: { to: '呼出号码', digits: '请输入 2 至 20 位数字', why: '用途', go: '呼出' },
  key: {
    title: '快捷键', deed: '操作', letters: '不在输入框时', everywhere: '随时', space: '空格', leave: '按 Esc 离开输入框；Tab 在各项之间移动。',
    answer: '接听', hold: '保持 / 恢复', mute: '静音', keypad: '按键盘', transfer: '转接', hangUp: '挂断', ready: '就绪 / 整理完毕', pause: '小休', sheet: '到记录单', promise: '承诺 30 分钟回电', reveal: '显示客户全部资料', help: '显示本帮助',
  },
}

const en: Words = {
  title: 'Agent desk', notAgent: 'Only agents have a desk', unlinked: 'The hotline cannot reach its switch: calls go on, but holding and transferring must wait.',
  ready: 'Ready', done: 'Notes done', pauseNow: 'Pause', pauseAfter: 'Pause after this', logOff: 'Log off', logOffSure: 'Log off? You will be offered no calls.',
  left: '{{time}} left', yes: 'Yes', no: 'No', emergency: 'EMERGENCY', overdue: 'Overdue', anonymous: 'No number shown',
  line: 'Line', queue: 'Queue', direction: { inbound: 'Inbound', outbound: 'Outbound' },
  pause: { meal: 'Meal', rest: 'Rest', training: 'Training', meeting: 'Meeting', paperwork: 'Paperwork', task: 'Other work' },
  because: {
    'phone registered': 'phone registered', 'phone not registered': 'phone not registered', 'two calls missed in a row': 'two calls missed in a row', 'phone does not react': 'phone does not react',
    'call over': 'call over', 'wrap-up time over': 'wrap-up time over', 'offer ended': 'offer ended', 'called by the switch itself': 'called by the switch itself',
    supervises: 'supervises', 'supervision over': 'supervision over', 'logged off': 'logged off', dials: 'dials',
  },
  phone: { which: 'Which phone rings', browser: 'Browser', desk: 'Desk phone', there: 'Phone there', lost: 'Phone lost' },
  lost: {
    title: 'Your phone is lost', effect: 'You are offered no calls until it is back.', browser: 'Look at the network and the microphone permission, then reload the page; or take the desk phone.',
    desk: 'Look at its power and network cable and whether it is registered as {{number}}; or take the phone in the browser.', says: 'The browser says: {{problem}}', reload: 'Reload', toDesk: 'Use the desk phone',
  },
  figures: {
    title: 'Today', unread: 'Today’s figures cannot be read now', answered: 'Answered', within: '≤ 3 rings', missed: 'Missed', average: 'Avg talk', talk: 'Talk', wrap: 'Notes', callbacks: 'Callbacks', tickets: 'Tickets',
  },
  notice: { title: 'Notices to confirm: {{count}}.', confirm: 'Read and confirmed' },
  answer: 'Answer',
  ringing: {
    title: 'Ringing call', rings: 'Ring {{count}}', promise: 'Answer within three rings: {{left}} left, this one included', late: 'More than three rings: answer now',
    pickUp: 'Pick up your desk phone', outbound: 'Your phone rings first; the number is dialled when you pick up.',
  },
  brief: { from: 'Passed on by {{from}}', flow: 'Learnt before', consent: 'the caller has agreed', noConsent: 'no consent on record', reason: 'Why: {{reason}}' },
  alerts: { sound: 'Try the ring', noSound: 'No sound: look at the loudspeaker', allow: 'Allow notifications', on: 'Notifications are on', off: 'Notifications are off', denied: 'The browser forbids notifications' },
  alarm: { title: '☎ Call from {{caller}}', emergency: '🚨 Emergency: {{caller}}', body: 'for {{did}}', go: 'Answer it', untold: 'Your phone rings' },
  controls: 'Call controls', hold: 'Hold', unhold: 'Take off hold', mute: 'Mute', unmute: 'Unmute', keypad: 'Keypad', keypadSent: 'Keys that were sent',
  record: { pause: 'Pause recording', resume: 'Resume recording', paused: 'Recording paused', on: 'Recording' },
  survey: { open: 'Survey', hint: 'Ends the talk; the caller is asked how it was' },
  hangUp: { open: 'Hang up', sure: 'The caller is still there. Hang up first?', early: 'It is on record who hangs up first. For a caller who does not, go through “Lingers”.' },
  again: { open: 'To the emergency line', sure: 'Is his emergency not solved?', hint: 'He goes to the emergency queue at once, with his old ticket' },
  transfer: {
    open: 'Transfer', title: 'Transfer', to: 'To', toHint: 'Search by number or name of agents, contacts and queues, or type a number outside; ↑↓ and Enter choose', toNeeded: 'Say to whom', agents: 'Agents', contacts: 'Contacts outside', queues: 'Queues', ready: '{{count}} ready', noContacts: 'The contacts cannot be listed now; type a number',
    unread: 'The agents cannot be listed now; type a number', notFree: 'He cannot be asked now; choose another', nobody: 'Nobody of this queue is ready; after a blind transfer the caller waits there', more: 'What else the receiver should know',
    consent: 'The caller was told why and has agreed', consentNeeded: 'The caller must agree first', blind: 'Blind transfer', announced: 'Announce it first',
  },
  why: { department: 'Another department’s matter', expert: 'Needs an expert', repair: 'Needs a repair', emergency: 'An emergency', leader: 'Wants the shift leader', own: 'Wants his former agent', other: 'Other' },
  consult: {
    title: 'Transfer under way', ringing: 'Ringing {{to}}, ring {{count}}', talking: 'Talking with {{to}}', together: 'All three talk ({{to}})', waits: 'The caller waits; take him back at any moment.',
    complete: 'Complete', takeBack: 'Take back', swap: 'Swap', conference: 'Conference',
  },
  talk: {
    title: 'Call', talking: 'Talking', held: 'On hold: the caller hears music', consulting: 'Consulting', conference: 'Conference', received: '{{from}} passes a caller on to you', dialling: 'Calling, not answered yet',
  },
  situation: {
    title: 'What to say when', next: 'the next sentence in {{time}}', end: 'you may hang up in {{time}}', mayEnd: 'You may hang up now',
    silent: { name: 'Silent', say1: 'Hello, can you hear me?', say2: 'I cannot hear you. Could you say that again, please?', say3: 'I am sorry, I still cannot hear you. Please call again from another phone. Goodbye.' },
    keys: { name: 'Presses keys', say1: 'You are connected to a person now, there is no need to press keys. How can I help you?' },
    audio: { name: 'Bad audio', say1: 'I am sorry, the line is bad. Please hang up, and we call you back within three minutes.' },
    wait: { name: 'Please wait', say1: 'One moment please, I am looking it up.', say2: 'Thank you for waiting. Are you still there?' },
    lookup: { name: 'Takes long', say1: 'This takes some time. May we call you back within thirty minutes?' },
    linger: { name: 'Lingers', say1: 'Is there anything else I can do for you?', say2: 'Do you have another question? If not, thank you for calling, and goodbye.' },
  },
  promise: {
    title: 'Promise a call', within: 'Call back in {{count}} min', told: 'The caller was told: within {{count}} minutes', other: 'Another time or number…', due: 'To be called by', over: 'This time is over', number: 'Number to call', own: 'The caller’s own where this is empty', go: 'Promise it',
    kept: 'On the list of callbacks; the hotline calls in time, by',
  },
  script: { title: 'Script', steps: 'What comes next ({{count}})', unread: 'The script cannot be read now' },
  card: {
    title: 'Caller', nobody: 'Who calls is shown here', anonymous: 'Without a number nobody can be looked up', noName: 'No name on record', first: 'First call', whole: 'Show all', take: 'Into the sheet', why: 'checked with the caller in call {{call}}',
    oursMissing: 'Our customers cannot be read now', theirsMissing: 'The company’s system says nothing', place: 'Address', account: 'Account', note: 'Note', theirs: 'Their system', tickets: 'Open tickets ({{count}})',
    calls: 'Earlier calls ({{count}})', owed: 'Calls owed to him: {{count}}, due', noSummary: 'nothing written yet', abandoned: 'abandoned', answered: 'answered', unanswered: 'not answered', more: '{{count}} more',
  },
  flag: { vip: 'VIP', do_not_call: 'Do not call' },
  kind: {
    consultation: 'Consultation', complaint: 'Complaint', repair: 'Repair', emergency: 'Emergency', installation: 'Installation', alteration: 'Alteration', suggestion: 'Suggestion', praise: 'Praise', voicemail: 'Voicemail', callback: 'Callback',
  },
  ticketState: { draft: 'Draft', open: 'Open', forwarded: 'Forwarded', done: 'Work done', closed: 'Closed', merged: 'Merged' },
  sheet: {
    title: 'Record sheet', kind: 'Kind of matter', final: 'Final', makeFinal: 'Make final', must: 'Needed before it is final', lacks: 'This is needed', missing: 'Needed before it is final: {{fields}}', began: 'Came', answered: 'Answered',
    due: 'Due', promised: 'Promised to the caller', why: 'going on with the sheet of call {{call}}', noTicket: 'This call has no ticket yet; try again in a moment', noForms: 'The forms cannot be read',
  },
  saved: { written: 'Saved at', changed: 'Not saved yet…', writing: 'Saving…', failed: 'Not saved, will be tried again', refused: 'Not saved', kept: 'this browser keeps it', notKept: 'this browser cannot keep it either: leave the page open' },
  foreign: { owner: '{{owner}} is responsible and fills in the sheet; you may add to it.', open: 'Open the ticket', note: 'What you have to add', add: 'Add', added: 'Added: {{count}}' },
  deed: { close: 'Close', finalAndClose: 'Make final and close', forward: 'Forward', department: 'Department', another: 'Another ticket', open: 'Open it', summary: 'What it is about' },
  idle: {
    title: 'Between calls', waiting: 'Waiting for a call', notReady: 'You are offered no calls now', wrapping: 'Finish the sheet, then say that the notes are done', drafts: 'Sheets to be filled in ({{count}})', noDrafts: 'All sheets are filled in', partial: 'Of each state the newest {{count}} tickets are listed; older ones are on the page of tickets.', openSheet: 'Fill in', tickets: 'My tickets ({{count}})',
    left: 'Sheets that are not at the server yet: {{count}}.',
  },
  dial: { to: 'Number to call', digits: '2 to 20 digits', why: 'What for', go: 'Call' },
  key: {
    title: 'Keys', deed: 'Does', letters: 'outside of fields', everywhere: 'everywhere', space: 'Space', leave: 'Esc leaves a field; Tab goes from one thing to the next.',
    answer: 'Answer', hold: 'Hold, take off hold', mute: 'Mute', keypad: 'Keypad', transfer: 'Transfer', hangUp: 'Hang up', ready: 'Ready, notes done', pause: 'Pause', sheet: 'To the sheet', promise: 'Promise a call in 30 minutes', reveal: 'Show all of the caller', help: 'This help',
  },
}

export const deskText = { zh, en }

addText('desk', deskText)
