// The console's words. Each area has its own text.ts of the same form, under its own
// namespace; both languages are complete: a test compares their keys.
import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'

export type Language = 'zh' | 'en'
export type Words = { [key: string]: string | Words }

const kept = 'sansheng-language'

export const shellText = {
  zh: {
    name: '三声', tagline: '三声之内，有人接听', login: '登录', logout: '退出', logoutTalks: '您正在通话中，退出会挂断这通电话。', draft: '配置草稿还没有发布', draftHint: '草稿保存在这个浏览器里，下次登录时还在。如果别人也用这台电脑，请丢弃。', draftKeep: '保留草稿并退出', draftThrow: '丢弃草稿并退出', account: '工号', password: '密码', code: '动态口令', codeHint: '验证器应用上的 6 位数字',
    ended: '该账号的另一处登录（{{source}}，始于 {{since}}）已被结束。', taken: '您的登录已在别处被取代。', again: '您的登录已过期或已被结束。请重新登录，之后回到刚才的页面。', talks: '通话仍在继续；重新登录后可以继续操作。',
    desk: '坐席', floor: '现场', board: '大屏', tickets: '工单', followUps: '回访', customers: '客户', calls: '通话', messages: '留言',
    workshop: '配置', people: '账号', health: '健康', language: 'English', dark: '深色', light: '浅色',
    stale: '实时数据已中断 {{seconds}} 秒，画面可能已过时', refetched: '连接曾中断，画面已重新读取', reload: '重试', nothing: '没有数据',
    problem: '没有完成', broken: '这个页面出错了，其他页面照常', anew: '重新载入', outdated: '控制台已更新，需要重新载入', outdatedTalks: '您的通话会保留，但会有几秒听不到声音。', problemId: '报告编号 {{id}}', unreachable: '无法连接服务器', notFound: '没有这个页面', home: '回到首页', loading: '正在读取…',
    save: '保存', cancel: '取消', ok: '确定', close: '关闭', search: '查找', refresh: '刷新', reason: '理由', reveal: '显示全号', revealReason: '查看全号的理由（将被记录）',
    state: { LoggedOff: '未登录', Ready: '就绪', Reserved: '已分配', Ringing: '振铃', Talking: '通话', WrapUp: '整理', Paused: '小休', Consulting: '咨询', Held: '保持' },
    role: { agent: '业务代表', shift_leader: '值班长', operator: '运营', administrator: '管理员', finance: '财务', auditor: '审计', clerk: '部门职员' },
  },
  en: {
    name: 'Sansheng', tagline: 'Answered within three rings', login: 'Log in', logout: 'Log out', logoutTalks: 'You are in a call: logging out hangs up.', draft: 'Your draft of the configuration is not published', draftHint: 'This browser keeps it until you log in again. Throw it away where others use this computer, too.', draftKeep: 'Keep it and log out', draftThrow: 'Throw it away and log out', account: 'Number', password: 'Password', code: 'One-time code', codeHint: 'The six digits of your authenticator',
    ended: 'Another login of this account ({{source}}, since {{since}}) has been ended.', taken: 'Your account has logged in elsewhere.', again: 'Your login has ended. Log in again, and you are back on this page.', talks: 'Your call goes on; log in to see it again.',
    desk: 'Desk', floor: 'Floor', board: 'Wallboard', tickets: 'Tickets', followUps: 'Callbacks', customers: 'Customers', calls: 'Calls', messages: 'Messages',
    workshop: 'Workshop', people: 'Accounts', health: 'Health', language: '中文', dark: 'Dark', light: 'Light',
    stale: 'No live data for {{seconds}} s: what you see may be old', refetched: 'The connection was lost; all was read anew', reload: 'Try again', nothing: 'Nothing here',
    problem: 'Not done', broken: 'This page has failed; the others go on', anew: 'Load anew', outdated: 'The console was renewed: load it anew', outdatedTalks: 'Your call stays, but you hear nothing for a few seconds.', problemId: 'Report number {{id}}', unreachable: 'The server cannot be reached', notFound: 'There is no such page', home: 'To the start', loading: 'Reading…',
    save: 'Save', cancel: 'Cancel', ok: 'OK', close: 'Close', search: 'Search', refresh: 'Refresh', reason: 'Reason', reveal: 'Show the number', revealReason: 'Why the whole number is needed (it is recorded)',
    state: { LoggedOff: 'Logged off', Ready: 'Ready', Reserved: 'Reserved', Ringing: 'Ringing', Talking: 'Talking', WrapUp: 'Wrap-up', Paused: 'Paused', Consulting: 'Consulting', Held: 'On hold' },
    role: { agent: 'Agent', shift_leader: 'Shift leader', operator: 'Operator', administrator: 'Administrator', finance: 'Finance', auditor: 'Auditor', clerk: 'Clerk' },
  },
}

export function language(): Language {
  const stored = localStorage.getItem(kept)
  if (stored === 'zh' || stored === 'en') return stored
  return navigator.language.startsWith('zh') ? 'zh' : 'en'
}

document.documentElement.lang = language()
void i18next.use(initReactI18next).init({
  lng: language(),
  fallbackLng: 'en',
  defaultNS: 'shell',
  resources: { zh: { shell: shellText.zh }, en: { shell: shellText.en } },
  interpolation: { escapeValue: false }, // React escapes what it shows
})

/** Adds an area's words under its namespace. */
export function addText(namespace: string, words: Record<Language, Words>) {
  for (const lng of ['zh', 'en'] as const) i18next.addResourceBundle(lng, namespace, words[lng], true, true)
}

export function setLanguage(lng: Language) {
  localStorage.setItem(kept, lng)
  document.documentElement.lang = lng
  void i18next.changeLanguage(lng)
}

/** The words of a namespace: const t = useText('desk'); t('ready'); t('shell:save') */
export function useText(namespace = 'shell') {
  const { t } = useTranslation([namespace, 'shell'])
  return t
}
