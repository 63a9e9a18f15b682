// Reads [[rule, start, count], …] and says which days rrule and ical.js name after the start.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";
import rrule from "rrule";

const LAST = new Date(Date.UTC(2300, 0, 1));

function byRrule(text, start, count) {
  const days = [];
  const rule = rrule.RRule.fromString(`DTSTART:${start.replaceAll("-", "")}T000000Z\nRRULE:${text}`);
  rule.between(new Date(`${start}T00:00:01Z`), LAST, true, (day) => days.push(day.toISOString().slice(0, 10)) < count);
  return days.slice(0, count);
}

function byIcal(text, start, count) {
  const days = [];
  const iterator = ICAL.Recur.fromString(text).iterator(ICAL.Time.fromDateString(start));
  for (let day = iterator.next(); day && day.year < 2300 && days.length < count; day = iterator.next())
    if (day.toString() > start) days.push(day.toString());
  return days;
}

const answers = JSON.parse(readFileSync(0, "utf-8")).map((question) =>
  [byRrule, byIcal].map((ask) => {
    try {
      return ask(...question);
    } catch (error) {
      return String(error);
    }
  }),
);
process.stdout.write(JSON.stringify(answers));
