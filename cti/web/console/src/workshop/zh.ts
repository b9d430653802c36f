import type { Words } from '../shell/text'

export const zh = {
  title: '配置', company: '公司', actions: '操作', edit: '编辑', look: '查看', add: '添加', remove: '删除', removeAsk: '确定从草稿中删除？', toDraft: '写入草稿', yes: '是',
  notYours: '这一部分不属于您的公司（或由多家公司共用），只能查看。',
  menu: { overview: '概览', numbers: '号码', queues: '队列', agents: '人员与话机', calendars: '日历', flows: '流程', prompts: '提示音', contacts: '联系单位', companies: '公司', document: '配置全文', health: '健康' },
  bar: {
    changes: '有 {{count}} 处改动尚未发布', checking: '检查中', faults: '{{count}} 处错误', undo: '撤销一步', discard: '放弃草稿', discardAsk: '放弃全部未发布的改动？', publish: '检查并发布…',
    rebase: '合并到新版本…', behind: '草稿始于第 {{base}} 版，现行的已是第 {{latest}} 版。请先合并，再发布。', none: '没有未发布的改动。', look: '您可以查看配置，但不能更改。',
    elsewhere: '这个浏览器的另一个页面也有草稿，这里的改动没有保存，关闭页面就会丢失。', keepThis: '保存这里的，替换那份', takeOther: '改用那份草稿',
  },
  changes: { what: '变化', added: '新增', removed: '删除', changed: '修改', place: '位置', old: '原来', new: '现在', none: '没有区别', restart: '需要重启' },
  faults: { title: '有 {{count}} 处错误，不能发布', line: '第 {{line}} 行' },
  publish: {
    title: '发布配置', check: '重新检查', now: '立即发布', plan: '定时发布', note: '备注', noteHint: '为什么改，给以后查看的人', when: '何时生效', atOnce: '立即', later: '定时', at: '生效时间', atNeeded: '请选择时间',
    laterNot: '定时发布的是整份配置，须由管理员进行。', laterHint: '定时发布的是整份配置：届时会取代其间发布的其他版本。', done: '第 {{version}} 版已生效', planned: '第 {{version}} 版将于 {{at}} 生效',
    restart: '标有“需要重启”的改动不能在运行中生效，请由管理员在配置文件中修改后重启。', meanwhile: '其间有人发布了另一版本。请关闭此窗口，先合并再发布。',
  },
  rebase: { title: '从第 {{base}} 版合并到第 {{latest}} 版', clean: '双方的改动互不冲突，可以直接合并。', conflicts: '有 {{count}} 处双方都改过，请逐一选择：', mine: '我的', theirs: '对方的', keep: '保留', ok: '合并' },
  overview: { title: '配置概览', inForce: '现行版本', version: '第 {{version}} 版' },
  versions: {
    version: '版本', state: '状态', in_force: '生效中', planned: '待生效', over: '历史', waits: '等待中', at: '时间', by: '作者', file: '配置文件', note: '备注', choose: '选', compare: '比较所选两版', compareHint: '勾选任意两个版本进行比较',
    diff: '与现行比较', between: '第 {{from}} 版 → 第 {{to}} 版', undo: '恢复此版', undoAsk: '让第 {{version}} 版重新生效？', undoNote: '恢复第 {{version}} 版', cancel: '取消计划', cancelAsk: '取消这个待生效的版本？',
    draftStays: '恢复旧版后，您的草稿仍在，可合并到新版本。',
  },
  files: { export: '导出 YAML', exportDraft: '导出草稿', import: '导入 YAML', read: '已读入 {{name}}，有 {{count}} 处改动', unread: '不能读入 {{name}}' },
  document: { hint: '没有专门页面的部分（登记表、话术、外部通知等）在此直接编辑。注释会保留在草稿和导出的文件中，发布后不保存。KEPT 表示密钥保持不变。', wrong: '这不是有效的 YAML' },
  field: {
    span: '请写成 90s、10m 或 1h30m', id: '1 至 32 位小写字母、数字、_ 或 -', idHint: '建立后不能再改', taken: '已经存在', number: '3 至 15 位数字', prompt: '1 至 64 位小写字母、数字、_ 或 -', clock: '请写成 09:00，最晚 24:00', digit: '一位数字',
    keys: '只能是 0–9、*、#，以及表示不按键的点', outside: '2 至 20 位数字，可以 + 开头',
  },
  numbers: {
    one: '号码', new: '新增号码', none: '还没有号码。新增一个号码，来电才有去处。', did: '号码', mode: '方式', direct: '直通', greeted: '先问候', modeHint: '直通：来电者听回铃音直到有人接听；先问候：先应答并播放问候。', queue: '队列', flow: '流程', greeting: '问候语',
    announce: '报工号', emergency: '应急专线', emergencyHint: '应急专线没有流程、不受工作时间限制，也不能关闭。', greetingHint: '提示音的名称，按公司的语言播放。', flowHint: '不选则直接进入队列。',
  },
  queues: {
    one: '队列', new: '新增队列', none: '还没有队列。新增一个队列并指定成员。', id: '队列', serve: '接听人数', nobody: '无人接听', who: '谁接听', members: '成员', skill: '所需技能', skillHint: '成员之外，具备此技能者也接听；级别高者先。', level: '最低级别', strategy: '分配方式',
    strategies: { longest_idle: '空闲最久者', round_robin: '轮流', least_calls: '接听最少者' }, ringAtOnce: '同时振铃的话机数', lastAgent: '优先上次接待的人', leaders: '可监听的班长', leadersHint: '不填则本公司所有班长都可以。', waiting: '等候', priority: '优先级', priorityHint: '数字越大越先接听。',
    ageing: '每等多久提升一级', ageingHint: '不会高于应急来电。', tell: '每隔多久报位次', tellHint: '不填则不报。', maxWait: '最长等候', maxWaitHint: '超时后转入交换机的兜底流程。', wrapUp: '话后整理时间', holdLimit: '保持提醒', holdLimitHint: '保持超过此时间，代表的话机提示音提醒。',
    overflow: '溢出', overflowAfter: '等候多久后溢出', overflowLength: '已有多少人等候时溢出', overflowHint: '以下去处只能选一个，并须给出上面的时间或人数。', overflowTo: '溢出到队列', overflowNumber: '溢出到联系单位或外部号码', overflowVoicemail: '溢出到留言', overflowCallback: '承诺回电', callback: '回电',
    callbackHint: '报位次时来电者可按 1 选择回电。公司须允许坐席外呼。', attempts: '最多拨打次数', retry: '重拨间隔', keep: '最迟开始', helpers: '增援队列', helpersHint: '直通线路超过三声无人接听时，这些队列的成员一起接听。',
    onCall: '值班链', onCallHint: '应急来电而无人在岗时，按此顺序呼叫值班人员；接起后须按键确认，最后一位是负责人。', chain: '呼叫顺序', chainHint: '坐席、联系单位，或公司允许的外部号码。', together: '同时呼叫所有人', after: '无人在岗多久后开始', key: '确认键', ackWithin: '多久内须确认',
    voicemail: '留言', voicemailHint: '不填则按公司的设置。', silence: '静音多久结束录音', longest: '最长录音', least: '最短留言', untaken: '多久未领取即告警', lamp: '留言灯号码',
  },
  agents: {
    one: '坐席', new: '新增坐席', none: '没有这样的坐席。', id: '工号', idHint: '也是话机注册的用户名，建立后不能再改。', name: '姓名', queues: '队列', skills: '技能', skillsHint: '级别 1 至 10，10 最高。', newSkill: '技能名称', levelOf: '{{skill}} 的级别', without: '去掉 {{skill}}', search: '工号、姓名、技能',
    autoReady: '自动就绪', autoReadyHint: '话机一注册即就绪。', autoAnswer: '自动接听', autoAnswerHint: '话机自动接起，并有一声提示。', phone: '话机', browser: '浏览器', sip: 'SIP 话机', webrtc: '浏览器话机', webrtcHint: '在浏览器中接听；桌面话机请关闭。', leader: '值班长话机', leaderHint: '供值班长监听：不分配来电，也不计入坐席；不属于任何队列，没有技能，不自动就绪。', setUp: '话机设置',
  },
  phone: {
    title: '{{agent}} 的话机怎么设置', server: 'SIP 服务器', port: '端口', transport: '传输', user: '用户名', auth: '认证用户名', display: '显示名', password: '密码', passwordFrom: '每人一个，由管理员从服务器上只有他能读的文件中取出：', codec: '编码', dtmf: '按键方式',
    hint: '只注册一个账号，关闭话机自带的来电转接、免打扰和语音信箱。新增的坐席在发布后才能注册。', webrtc: '此人设为浏览器话机：桌面话机不能用这个账号注册，请先关闭“浏览器话机”并发布。', foreign: '交换机在另一台主机上：端口以那台主机的设置为准。', codes: '话机上的功能码',
    code: { 11: '就绪', 10: '示忙', 12: '整理完毕', 2: '*2＋号码：先通报再转接', 3: '完成转接', 4: '取回来电者', 1: '*1＋号码：直接转接', 6: '请来电者评价' },
  },
  contacts: {
    one: '联系单位', new: '新增联系单位', none: '还没有联系单位。新增一个（如燃气抢修队），来电就能转给它。', id: '名称', idHint: '转接时以此名称指定；建立后不能再改。', name: '全称', nameHint: '坐席选择时看到的文字。', number: '号码',
    hint: '来电随时可以转给联系单位，不受外呼规则限制；流程、溢出和值班链也可以用到它们。', taken: '本公司已有这个名称，或有同名的队列', agents: '这是坐席的工号；联系单位在外部',
  },
  companies: {
    one: '公司', new: '新增公司', none: '还没有公司。', id: '公司', name: '名称', general: '基本', country: '国家', countryHint: '决定一声铃的长短：三声之内由此计算。', language: '语言', zoneHint: '不填则按国家。', calendarHint: '工单期限按它的工作日计算；不选则每天都算。',
    countries: { cn: '中国', de: '德国', fr: '法国', jp: '日本', uk: '英国', us: '美国' }, languages: { zh: '中文', en: '英语' }, vips: '贵宾号码', vipsHint: '在队列中先于他人接听。', refused: '拒接号码', refusedHint: '应急专线除外，一律拒接。',
    conduct: '测听通话', conductHint: '测量双方的声音：冷场、抢话、来电者听不见。', lamps: '话机指示灯', lampsHint: '桌面话机的按键上显示同事的状态。', departments: '部门', department: '部门 {{n}}', addDepartment: '添加部门', departmentId: '代号', departmentName: '名称',
    outside: '外呼规则', outsideHint: '坐席和班长可以拨打、转接的外部号码，按开头的数字。没有规则时只能拨打联系单位。', rule: '规则 {{n}}', addRule: '添加规则', role: '谁可以拨打', roles: { agent: '坐席', leader: '班长' }, roleHint: '坐席的规则对班长同样有效。', prefixes: '号码开头', prefixesHint: '如 13、010；输入后回车。', prefixesNeeded: '请填写至少一个开头',
    prefixForm: '1 至 20 位数字，可以 + 开头', perHour: '每人每小时最多', perHourHint: '0 表示不限。', lookups: '查询服务', lookupsHint: '流程可以向这些服务查询来电者，并按回答分路。', lookup: '服务 {{n}}', addLookup: '添加服务', lookupId: '名称', url: '地址', urlHint: '以 JSON 提问（POST）；地址里不能有密码。', tickets: '本系统的工单（store:tickets）',
    results: '可能的回答', resultsHint: '每个回答是流程节点的一个出口；输入后回车。', ticketResults: 'open：有未结的工单；none：没有。', resultsNeeded: '请填写至少一个回答', deadline: '最长等候', deadlineHint: '50ms 至 3s；不填为 500ms。', header: '请求头', headerEnv: '请求头的值取自环境变量', headerEnvHint: '密钥不写在配置里。', headerEnvForm: '以 SANSHENG_LOOKUP_ 开头的大写名称',
    customers: '客户资料', customersFrom: '由哪个服务提供', customersHint: '来电时在客户卡片旁显示它所知道的。', calls: '服务中“{{field}}”的字段名', card: { name: '姓名', address: '地址', account: '户号', note: '备注' },
    survey: '满意度评价', surveyHint: '通话结束后，按键回答以下问题，最多三个。没有问题即不评价。', question: '问题 {{n}}', addQuestion: '添加问题', questionId: '名称', say: '提示音', sayHint: '要说明各键的含义。', scores: '按键对应的分数', scoresHint: '依次对应按键 1、2、3……；不填为 1 至 5。', scoresForm: '2 至 9 个分数',
    low: '低分', lowHint: '不高于此分即开工单跟进；0 表示不开。', thanks: '结束语', voicemailHint: '本公司各队列没有另行设置时，留言按此处理。',
  },
  calendars: {
    one: '日历', new: '新增日历', none: '还没有日历。新增一个，流程才能查询工作时间。', id: '名称', zone: '时区', week: '每周时间', weekdays: '星期', daysNeeded: '请选择星期', from: '从', to: '到', addHours: '添加时段', hours: '时段', noHours: '没有时段即为不开放。',
    weekday: { mon: '周一', tue: '周二', wed: '周三', thu: '周四', fri: '周五', sat: '周六', sun: '周日' }, holidays: '法定节假日表', holidaysHint: '表中的节假日不开放，调休日照常上班。', holidayHours: '节假日的时段', makeUp: '调休日按哪天的时间', makeUpHint: '不选则按周一；周一无工作时间则按当天自己的星期。',
    rules: '日历 {{id}} 的规则', asked: '查询它的流程：{{flows}}', unasked: '还没有流程查询它。', today: '今天', month: '月份', before: '上个月', after: '下个月', closed: '不开放', kind: { special: '特殊日', holiday: '节假日', makeUp: '调休上班', week: '按星期' },
    unknownYear: '节假日表 {{table}} 里没有 {{year}} 年的节假日：届时节假日会照常开放。请在下方导入。', day: '{{date}}', now: '目前', dayName: '名称', dayNameHint: '有人问起为什么不开放时看到的就是它。', dates: '日期',
  },
  closures: {
    title: '现在是否开放', none: '没有查询工作时间的号码。', state: '状态', open: '开放', closed: '已关闭', byHours: '不在时间内', why: '依据', until: '到何时', close: '立即关闭', reopen: '恢复开放', openAsk: '号码 {{line}} 立即恢复按日历开放？', wholeAsk: '关闭的不是号码 {{line}} 本身，而是日历 {{calendar}}。恢复它，查询它的号码都会一起恢复：{{lines}}。是否恢复？', what: '关闭什么', line: '只关闭号码 {{line}}', calendar: '关闭日历 {{calendar}}（查询它的所有号码）',
    untilHint: '到时自动恢复，最长 31 天。已在等候的来电者照常接听。',
  },
  holidays: { title: '法定节假日表', shipped: '随软件提供', count: '{{count}} 项', import: '导入 iCalendar', kind: '类别', unread: '不能读入 {{name}}', nothing: '文件里没有整天的日程。', read: '已读入 {{count}} 项到表 {{id}}', fault: { repeats: '是重复日程；只接受有确定日期的日程', notWhole: '不是整天；只接受整天的日程' } },
  flows: {
    title: '流程 {{id}}', new: '新增流程', none: '还没有流程。没有流程的号码问候后直接排队。', id: '流程', lines: '号码', nodes: '节点数', person: '人工队列', personHint: '迷路的来电者和未画的出口都通向这里。', check: '检查', errors: '{{count}} 处错误', good: '没有错误', unknown: '没有流程 {{id}}', forLine: '用于号码',
    instead: '{{did}}（现用 {{flow}}）', calendarHint: '选了日历，流程先查询工作时间；非工作时间请来电者留言。', start: '起点', arrange: '自动排列', node: '节点', choose: '在画布上选一个节点，或用上方按钮添加。从出口的圆点拖到另一个节点即可连接。', walk: '空走', kind: '类型', nodeId: '名称', goOn: '步骤', ends: '终点', first: '起点', wrong: '有错误',
    exits: '出口', toPerson: '未画：通向人工', needed: '必须画出', addKey: '添加按键', newKey: '新按键', key: '按 {{key}}', controls: '画布控制', map: '缩略图', toCalendar: '查看日历', noLookups: '公司还没有查询服务，请在“公司”中添加。', sayHint: '按先后播放。', nameHint: '号码以此名称记在来电上。',
    patternHint: '正则表达式，须整体匹配。', timesHint: '按公司时区，在这些时段代替上面的提示音。', addTime: '添加时段',
  },
  kind: { say: '播放', hours: '工作时间', menu: '按键菜单', digits: '收号', caller: '识别来电者', lookup: '查询', language: '换语言', queue: '队列', emergency: '应急专线', voicemail: '留言', transfer: '转外部', hang_up: '挂机' },
  kindHint: {
    say: '播放提示音，然后继续。', hours: '按日历分为开放与不开放。', menu: '播放提示音并等待一个按键；按 0 总是通向人工。', digits: '播放提示音并收取一串数字。', caller: '看来电者是否贵宾、有未结工单或待回拨、24 小时内来过电。', lookup: '询问公司的服务，按回答分路。', language: '此后用另一种语言播放。', queue: '在队列中等候人工。',
    emergency: '告知后接入应急专线。', voicemail: '请来电者留言，成为工单。', transfer: '转给联系单位。', hang_up: '播放后结束。',
  },
  exit: { next: '继续', open: '开放', closed: '不开放', done: '收到号码', no_input: '没有按键', wrong: '按错', vip: '贵宾', ticket: '有未结工单', repeat: '24 小时内来过电', other: '其他', failed: '失败' },
  nodeField: { say: '提示音', times: '分时段的提示音', calendar: '日历', tries: '问几次', wait: '等几秒', name: '号码的名称', min: '最少位数', max: '最多位数', pattern: '格式', service: '查询服务', language: '语言', to: '去处' },
  made: { opens: '报下次服务时间', emergency: '报应急号码' },
  to: { queue: '队列', emergency: '应急专线', transfer: '联系单位', none: { queue: '还没有队列', emergency: '还没有应急专线', transfer: '公司还没有联系单位，请在“联系单位”中添加' } },
  finding: {
    none: '画得没有错误。', go: '查看', server: '服务器的检查', start: '起点“{{to}}”不存在。', person: '没有指定人工队列。', id: '节点名称“{{node}}”不合规定。', twice: '有两个节点叫“{{node}}”。', exitMissing: '“{{node}}”缺少出口：{{exit}}。', deadEnd: '“{{node}}”没有出口，来电者到此无路可走。', exitNowhere: '“{{node}}”的出口（{{exit}}）指向不存在的“{{to}}”。',
    exitUnknown: '“{{node}}”没有这样的出口：{{exit}}。', noKey: '菜单“{{node}}”没有任何按键。', noAnswer: '查询“{{node}}”没有为回答画出口。', field: '“{{node}}”缺少：{{field}}。', silent: '“{{node}}”不说话就挂机：请加一段提示音。', unreachable: '没有来电者会到“{{node}}”。', circle: '不按键的来电者会绕圈：{{way}}。', hungUp: '什么都没选的来电者会在“{{node}}”被挂断：请让他通向人工、应急专线或留言。', toPerson: '“{{node}}”的出口（{{exit}}）未画，通向人工。',
  },
  walk: {
    number: '拨打的号码', caller: '来电号码', at: '时间', now: '现在', keys: '按键', keysHint: '菜单一次一键；收号时连续输入并以 # 结束；点表示不按。', is: '已知', answer: '{{service}} 的回答', go: '空走', ofDraft: '走的是草稿。', inForce: '走的是现行配置。', noLine: '没有号码使用这个流程。在“号码”中选用它，才能空走。', back: '上一步', forth: '下一步', step: '第几步',
    astray: '来电者绕圈过久，已转人工。', end: '结果：{{kind}} {{to}}', survey: '谈完后评价：{{prompts}}', hears: '听到：{{prompts}}', person: '人工',
  },
  prompts: {
    new: '新增提示音', none: '没有这样的提示音。', name: '名称', nameHint: '流程和号码以此名称使用它。', nameFirst: '请先填写名称。', language: '语言', everybody: '所有公司', state: '筛选', only: { placeholder: '占位语音', missing: '缺失', own: '自有', used: '使用中' }, plays: '播放的是', play: { own: '自有', everybodys: '公用', shipped: '随软件提供', missing: '缺失' }, voice: '声音', placeholder: '占位', placeholderHint: '这是机器合成的占位语音，请尽快换成真人录音。', person: '真人',
    length: '时长', used: '使用之处', unused: '未使用', most: '最多听 {{length}}', loudness: '响度', player: '试听 {{name}}', another: '换一个', upload: '上传录音', uploadHint: 'WAV、MP3 或 FLAC，不超过 20 MB、三分钟。下一位来电者即听到新的。', text: '文字', speak: '由机器朗读', phone: '分机', hear: '在话机上听', undo: '退回上一版', undoAsk: '退回上一版？下一位来电者即听到它。',
    versions: '历次版本', noVersions: '还没有自己的版本。', how: '来历', hows: { uploaded: '上传', spoken: '朗读', undone: '退回到', removed: '删除', found: '原有' }, made: '{{name}} 的第 {{version}} 版已启用',
  },
  health: {
    parts: '各部分', part: '部分', state: '状态', detail: '说明', ok: '正常', without: '缺少，不影响接听', down: '故障', ready: '可以接听来电', notReady: '现在不能接听来电', alarms: '告警', noAlarms: '没有告警。', severity: '级别', page: '立即处理', warn: '当日处理', alarm: '告警', since: '已持续', means: '含义与原因', advice: '处理办法', source: '来源',
    webhooks: '外部通知', noWebhooks: '没有设置外部通知（webhooks）。', webhook: '名称', ended: '已停用', waiting: '等待', failed: '放弃', delivered: '上次送达', refused: '被拒', test: '测试', retry: '重试', tested: '已向 {{name}} 发出测试，结果见下方', retried: '重试 {{count}} 条',
    deliveries: '发出的通知', noDeliveries: '没有这样的通知。', delivery: { waiting: '等待', delivered: '已送达', failed: '已放弃', dropped: '已丢弃' }, kind: '事实', call: '通话', tries: '次数', error: '错误',
    letters: '未能入库的事实', noLetters: '没有。所有事实都已入库。', alsoClosed: '包括已关闭的', place: '位置', subject: '主题', outcome: '结果', close: '关闭', closeAsk: '关闭后不再处理，请说明理由',
  },
} satisfies Words
