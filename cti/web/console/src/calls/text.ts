import { addText } from '../shell/text'

addText('calls', {
  zh: {
    title: '通话记录', started: '开始', caller: '主叫', line: '线路', agent: '业务代表', rings: '铃响', wait: '等待', talk: '通话', outcome: '结果', company: '公司',
    emergency: '应急', since: '起', until: '止', answered: '已接听', unanswered: '未接听', any: '全部', more: '还有更早的记录：缩小时间范围', none: '这个范围内没有通话。放宽时间或清除筛选。', filter: '筛选', clear: '清除',
    story: '通话 {{id}}', within: '三声内', beyond: '超过三声', time: '时间轴', facts: '事实', from: '自', to: '至', what: '事件', who: '人员', length: '时长',
    lane: { call: '来电', flow: '流程', queue: '排队', offer: '振铃', leg: '通话方', hold: '保持', transfer: '转接', supervision: '监听', recording: '录音', survey: '评价' },
    role: { caller: '主叫', agent: '业务代表', outside: '外线', supervisor: '班长' },
    field: { did: '被叫号码', direction: '方向', disposition: '处置', cause: '原因码', ended_by: '挂断方', answered_at: '接听', ended_at: '结束', mode: '方式', language: '语言', fallback: '交换机兜底', hash: '记录哈希', prev_hash: '前一哈希', engine: '引擎', estimated: '结束时间为估计' },
    sealed: '记录已封入哈希链', open: '记录尚未封存', tickets: '相关工单', recordings: '录音检查', transfersTitle: '转接说明', consent: '来电者同意', amendments: '更正', audible: '有声 {{loud}} / {{length}}', axis: '鼠标停在条上看毫秒时间；下表为同样内容',
    disposition: { ANSWERED: '已接听', 'NO ANSWER': '无人接听', BUSY: '忙', FAILED: '失败', CONGESTION: '拥塞' }, live: '进行中',
  },
  en: {
    title: 'Calls', started: 'Began', caller: 'Caller', line: 'Line', agent: 'Agent', rings: 'Rings', wait: 'Waited', talk: 'Talked', outcome: 'Outcome', company: 'Company',
    emergency: 'Emergency', since: 'From', until: 'Until', answered: 'Answered', unanswered: 'Not answered', any: 'All', more: 'There are earlier ones: narrow the time', none: 'No calls in this range. Widen the time, or clear the filters.', filter: 'Filter', clear: 'Clear',
    story: 'Call {{id}}', within: 'within three rings', beyond: 'after three rings', time: 'Time line', facts: 'Facts', from: 'From', to: 'To', what: 'What', who: 'Who', length: 'Length',
    lane: { call: 'Call', flow: 'Flow', queue: 'Queue', offer: 'Ringing', leg: 'Parties', hold: 'Hold', transfer: 'Transfer', supervision: 'Supervision', recording: 'Recording', survey: 'Survey' },
    role: { caller: 'Caller', agent: 'Agent', outside: 'Outside', supervisor: 'Leader' },
    field: { did: 'Number called', direction: 'Direction', disposition: 'Disposition', cause: 'Cause', ended_by: 'Ended by', answered_at: 'Answered', ended_at: 'Ended', mode: 'Mode', language: 'Language', fallback: 'Switch’s fallback', hash: 'Hash', prev_hash: 'Hash before', engine: 'Engine', estimated: 'The end’s time is an estimate' },
    sealed: 'The record is sealed in the chain', open: 'The record is not sealed yet', tickets: 'Tickets', recordings: 'Recordings', transfersTitle: 'What was said of transfers', consent: 'the caller agreed', amendments: 'Amendments', audible: 'sound {{loud}} of {{length}}', axis: 'Point at a bar for its times in ms; the table below says the same',
    disposition: { ANSWERED: 'Answered', 'NO ANSWER': 'No answer', BUSY: 'Busy', FAILED: 'Failed', CONGESTION: 'Congestion' }, live: 'going on',
  },
})
