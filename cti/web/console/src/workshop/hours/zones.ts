/** Names of time zones that this browser knows. */
export function zoneNames(): string[] {
  return Intl.supportedValuesOf?.('timeZone') ?? ['Asia/Shanghai', 'Europe/London', 'Europe/Berlin', 'UTC']
}
