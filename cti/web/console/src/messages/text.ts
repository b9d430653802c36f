import { addText, type Words } from '../shell/text'

const zh: Words = {
  title: '留言', waiting: '待处理', all: '全部', none: '没有待处理的留言。', noneAtAll: '还没有留言：下班时间或无人接听时，客户可以留言。', partial: '只显示最新的 {{count}} 条',
  col: { left: '留言时间', box: '队列', length: '时长', number: '回电号码', taken: '处理人', result: '结果', ticket: '工单', orders: '操作', transcript: '文字（机器转写）', state: '状态', company: '公司' },
  state: { new: '未领取', taken: '处理中', finished: '已完成' },
  take: '领取', taken: '已领取', finish: '完成', finished: '已完成', resultLabel: '处理结果', listen: '收听', listenLabel: '收听 {{at}} 的留言', why: '收听的理由（将被记录；领取后收听不必填写）', notThere: '录音无法播放：可能已按期销毁',
  transcript: { pending: '尚未转写', failed: '转写失败：{{why}}', empty: '没有听清内容' },
}

const en: Words = {
  title: 'Messages', waiting: 'To be done', all: 'All', none: 'No message waits.', noneAtAll: 'No messages yet: callers leave them when nobody is on duty or nobody answers.', partial: 'Only the newest {{count}} are shown',
  col: { left: 'Left', box: 'Queue', length: 'Length', number: 'Number to call', taken: 'Taken by', result: 'Result', ticket: 'Ticket', orders: 'Orders', transcript: 'Text (by a machine)', state: 'State', company: 'Company' },
  state: { new: 'Not taken', taken: 'Taken', finished: 'Finished' },
  take: 'Take', taken: 'Taken', finish: 'Finish', finished: 'Finished', resultLabel: 'What came of it', listen: 'Listen', listenLabel: 'Listen to the message of {{at}}', why: 'Why you listen (it is recorded; who has taken it need not say)', notThere: 'The recording cannot be played: it may have been destroyed',
  transcript: { pending: 'Not written down yet', failed: 'Not written down: {{why}}', empty: 'Nothing was understood' },
}

export const messageText = { zh, en }

addText('messages', messageText)
