import { addText } from '../shell/text'

export const peopleText = {
  zh: {
    title: '账号', add: '新建账号', edit: '修改', number: '工号', name: '姓名', roleOf: '角色', company: '公司', department: '部门', stateOf: '状态', code: '动态口令', actions: '操作',
    state: { disabled: '已停用', inUse: '使用中', link: '待设密码', none: '无密码' }, until: '链接有效至 {{at}}', on: '已启用', off: '未启用',
    none: '还没有可管理的账号。点“新建账号”添加一位。', nothingFound: '没有符合条件的账号，请调整筛选。', searchHint: '工号或姓名', allRoles: '全部角色', allCompanies: '全部公司', allStates: '全部状态',
    disable: '停用', enable: '启用', reset: '重置密码', codesOff: '关闭口令', remove: '删除', you: '本人',
    disableSure: '停用 {{number}}？其登录将立即结束。', resetSure: '重置 {{number}} 的密码？原密码立即失效，登录随之结束。',
    codesOffSure: '不再要求 {{number}} 输入动态口令？仅在其遗失设备时使用。', removeSure: '删除 {{number}}？其经手的记录仍会保留。',
    queues: '限定队列', allQueues: '全部队列', queuesHint: '只能看到并处理所选队列的来电、录音、工单、坐席与看板；不选则不限定', queueGone: '{{queue}}（已不在配置中）',
    numberRule: '3 至 15 位数字', numberHint: '坐席的工号须与配置中的一致', companyRule: '1 至 32 位小写字母、数字、_ 或 -', departmentRule: '职员须填写部门', nameRule: '最多 64 个字',
    linkTitle: '{{number}} 的一次性链接', linkHint: '请把链接交给本人，由其自行设置密码。链接只显示这一次，有效期至 {{at}}，用后失效。', link: '链接', copy: '复制', copied: '已复制',
    me: '我的账号', password: '修改密码', old: '原密码', fresh: '新密码', repeat: '再输一遍', change: '修改', changed: '密码已修改',
    passwordRule: '至少 10 个字符（工号不计在内）', repeatRule: '两次输入不一致', codes: '动态口令（TOTP）',
    codesWhat: '启用后，登录时除密码外还须输入验证器应用上的 6 位口令。使用脚本（Basic 认证）将不再可用。',
    codesOn: '已启用：登录时需要动态口令。', begin: '开始设置', yourPassword: '您的密码', scan: '用验证器应用扫描二维码，或手工输入密钥；密钥只显示这一次。', qr: '动态口令的二维码', secret: '密钥', uri: '地址',
    confirmHint: '输入应用上显示的 6 位口令以启用', codeRule: '6 位数字', confirm: '启用', stop: '关闭动态口令', stopHint: '输入当前口令以关闭', nowOn: '动态口令已启用', nowOff: '动态口令已关闭',
    setTitle: '设置密码', setHint: '请为您的账号设置密码。', set: '设置', done: '账号 {{number}} 的密码已设置，请登录。', toLogin: '去登录',
    noToken: '链接不完整。请从管理员给您的链接打开本页，或向其索取新的链接。',
  },
  en: {
    title: 'Accounts', add: 'New account', edit: 'Change', number: 'Number', name: 'Name', roleOf: 'Role', company: 'Company', department: 'Department', stateOf: 'State', code: 'One-time code', actions: 'Actions',
    state: { disabled: 'Disabled', inUse: 'In use', link: 'Link is out', none: 'No password' }, until: 'Link serves until {{at}}', on: 'On', off: 'Off',
    none: 'There are no accounts that you keep yet. “New account” makes one.', nothingFound: 'No account fits. Change the filters.', searchHint: 'Number or name', allRoles: 'All roles', allCompanies: 'All companies', allStates: 'All states',
    disable: 'Disable', enable: 'Enable', reset: 'Reset password', codesOff: 'Code off', remove: 'Remove', you: 'you',
    disableSure: 'Disable {{number}}? The login ends at once.', resetSure: 'Reset the password of {{number}}? The old one and the login end at once.',
    codesOffSure: 'Ask {{number}} for no one-time code any more? For those who have lost what makes them.', removeSure: 'Remove {{number}}? What it has done stays on record.',
    queues: 'Queues', allQueues: 'All queues', queuesHint: 'Sees and does only what is of these queues: calls, recordings, tickets, agents, board; all where none is chosen', queueGone: '{{queue}} (not in the configuration any more)',
    numberRule: '3 to 15 digits', numberHint: 'An agent’s is that of the configuration', companyRule: '1 to 32 of a-z 0-9 _ -', departmentRule: 'A clerk has a department', nameRule: 'At most 64 letters',
    linkTitle: 'One-time link of {{number}}', linkHint: 'Give this link to its owner, who sets the password with it. It is shown this once, serves until {{at}}, and once.', link: 'Link', copy: 'Copy', copied: 'Copied',
    me: 'My account', password: 'Change password', old: 'Old password', fresh: 'New password', repeat: 'Once more', change: 'Change', changed: 'The password is changed',
    passwordRule: 'At least 10 letters, those of the number not counted', repeatRule: 'The two differ', codes: 'One-time codes (TOTP)',
    codesWhat: 'Once on, a login takes the six digits of an authenticator besides the password. Scripts (Basic) cannot use the account then.',
    codesOn: 'On: a login takes a one-time code.', begin: 'Set up', yourPassword: 'Your password', scan: 'Scan the QR code with an authenticator, or type the secret into it. It is shown this once.', qr: 'QR code for one-time codes', secret: 'Secret', uri: 'Address',
    confirmHint: 'Type the six digits that the authenticator shows', codeRule: '6 digits', confirm: 'Turn on', stop: 'Turn codes off', stopHint: 'Type a code to turn them off', nowOn: 'One-time codes are on', nowOff: 'One-time codes are off',
    setTitle: 'Set your password', setHint: 'Set the password of your account.', set: 'Set', done: 'The password of account {{number}} is set. Log in with it.', toLogin: 'To the login',
    noToken: 'This link is not whole. Open the one that you were given, or ask for another.',
  },
}

addText('people', peopleText)
