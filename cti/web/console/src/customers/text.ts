import { addText, type Words } from '../shell/text'

const zh: Words = {
  title: '客户', one: '客户', back: '返回列表', none: '没有符合条件的客户。姓名和地址至少输入两个字，号码和户号须完整。', noneAtAll: '还没有客户：新建一个，或从表格导入。', more: '下一页', first: '第一页', noName: '未登记姓名',
  field: { name: '姓名', numbers: '电话号码', address: '地址', account: '户号', flags: '标记', note: '备注', company: '公司', number: '号码', flag: '标记', created_at: '建立', changed_at: '修改', reason: '理由', version: '版本' },
  numbersHint: '每行一个，第一个用于回拨', hidden: '内容已隐藏：显示全部后才能修改；不修改则保持原样',
  flags: { vip: '重要客户', do_not_call: '请勿致电', no_survey: '不做调查', in_need: '特殊帮扶' },
  create: '新建客户', created: '已新建', change: '修改', changed: '已保存', nothing: '没有修改任何内容', stale: '此客户刚被他人修改过，请关闭后重新打开再改。',
  merge: { open: '合并', title: '把另一位客户并入', hint: '另一位客户的号码与历史归到此客户，原编号会指向这里。合并不能撤销。', find: '另一位客户的号码', search: '查找', chosen: '将并入：', none: '没有其他客户使用此号码', self: '这就是当前客户', done: '已合并', reason: '合并的理由' },
  tab: { calls: '通话', tickets: '未结工单', history: '变更历史', access: '查看记录' },
  calls: { none: '没有通话', at: '时间', direction: '方向', did: '热线', agent: '坐席', result: '结果', call: '通话', inbound: '呼入', outbound: '呼出', emergency: '紧急', answered: '已接', abandoned: '放弃', unanswered: '未接' },
  tickets: { none: '没有未结工单' },
  history: { none: '没有变更', what: { created: '新建', imported: '导入', changed: '修改', merged_in: '并入了其他客户', merged_away: '被并入其他客户' }, why: '理由', by: '操作人' },
  access: { none: '还没有人查看过', at: '时间', person: '工号', role: '角色', what: '查看内容', reason: '理由', source: '来源', masked: '（隐藏号码查看）', more: '更早的' },
  merged: '已并入此客户的编号：', mergedInto: '此编号已并入这位客户。', logged: '查看客户资料会被记录。', whole: '显示全部资料',
  import: {
    open: '导入', title: '从表格导入客户', file: '表格文件（CSV 或 XLSX，不超过 32 MB）', choose: '选择文件', columns: '第一行是列名：numbers、name、address、account、flags、note。多个号码或标记用 / 分隔。', chosen: '已选择 {{name}}', known: '号码已有客户时', reason: '导入的理由',
    refuse: '报错，不导入', skip: '跳过该行', change: '更新该客户', dry: '试导入', go: '正式导入', wouldDo: '试导入结果（没有写入）', done: '导入完成', failed: '有 {{count}} 处错误，没有导入任何内容',
    lines: '共 {{count}} 行', created: '新建 {{count}}', changedCount: '更新 {{count}}', skipped: '跳过 {{count}}', faults: '错误', place: '位置', text: '问题', duplicates: '号码已有客户的行', line: '行', number: '号码', customer: '客户', first: '只列出前 {{count}} 条',
    company: '公司（管理员须填写）',
  },
}

const en: Words = {
  title: 'Customers', one: 'Customer', back: 'Back to the list', none: 'No customer matches. Names and addresses need two letters, numbers and accounts the whole.', noneAtAll: 'No customers yet: make one, or take them from a table.', more: 'Next page', first: 'First page', noName: 'No name',
  field: { name: 'Name', numbers: 'Numbers', address: 'Address', account: 'Account', flags: 'Flags', note: 'Note', company: 'Company', number: 'Number', flag: 'Flag', created_at: 'Made', changed_at: 'Changed', reason: 'Reason', version: 'Version' },
  numbersHint: 'One a line; the first is the one to be called', hidden: 'Hidden: show the whole card to change it; it stays as it is otherwise',
  flags: { vip: 'VIP', do_not_call: 'Do not call', no_survey: 'No survey', in_need: 'In need of help' },
  create: 'New customer', created: 'Made', change: 'Change', changed: 'Saved', nothing: 'Nothing was changed', stale: 'Somebody else has just changed this customer: close this and open it again.',
  merge: { open: 'Merge', title: 'Merge another customer into', hint: 'The other one’s numbers and history are this one’s from then on, and his id leads here. It is not taken back.', find: 'A number of the other one', search: 'Find', chosen: 'Will be merged:', none: 'No other customer has this number', self: 'This is the same customer', done: 'Merged', reason: 'Why they are one' },
  tab: { calls: 'Calls', tickets: 'Open tickets', history: 'History', access: 'Who has looked' },
  calls: { none: 'No calls', at: 'Time', direction: 'Direction', did: 'Line', agent: 'Agent', result: 'Result', call: 'Call', inbound: 'inbound', outbound: 'outbound', emergency: 'Emergency', answered: 'answered', abandoned: 'abandoned', unanswered: 'not answered' },
  tickets: { none: 'No open tickets' },
  history: { none: 'No changes', what: { created: 'Made', imported: 'Imported', changed: 'Changed', merged_in: 'Another was merged into him', merged_away: 'Merged into another' }, why: 'Reason', by: 'By' },
  access: { none: 'Nobody has looked', at: 'Time', person: 'Account', role: 'Role', what: 'What', reason: 'Reason', source: 'From', masked: '(seen masked)', more: 'Earlier ones' },
  merged: 'Merged into him: ', mergedInto: 'This id was merged into the customer shown here.', logged: 'Looking at a customer is recorded.', whole: 'Show the whole card',
  import: {
    open: 'Import', title: 'Take customers from a table', file: 'The table (CSV or XLSX, up to 32 MB)', choose: 'Choose a file', columns: 'The first line names the columns: numbers, name, address, account, flags, note. Several numbers or flags have a / between them.', chosen: '{{name}} is chosen', known: 'Where a customer has the number', reason: 'Why',
    refuse: 'It is a fault', skip: 'Leave the line out', change: 'Change the customer', dry: 'Try', go: 'Import', wouldDo: 'What would happen (nothing was written)', done: 'Imported', failed: '{{count}} faults: nothing was imported',
    lines: '{{count}} lines', created: '{{count}} made', changedCount: '{{count}} changed', skipped: '{{count}} left out', faults: 'Faults', place: 'Where', text: 'What', duplicates: 'Lines whose number a customer has', line: 'Line', number: 'Number', customer: 'Customer', first: 'The first {{count}} are shown',
    company: 'Company (administrators must say)',
  },
}

export const customerText = { zh, en }

addText('customers', customerText)
