/**
 * Shows every `<time datetime>` of the page in the reader's own time zone, in the page's language.
 * Without JavaScript the server's text stays: the same moment in UTC.
 */
const locale = document.documentElement.lang || undefined;
const format = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });

for (const element of document.querySelectorAll("time[datetime]")) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime())) continue;
  element.title = element.textContent;
  element.textContent = format.format(moment);
}
