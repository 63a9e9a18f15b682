// Reads a calendar and says what ical.js and node-ical understand of each todo, as sample.py says what there is.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";
import ical from "node-ical";

const text = readFileSync(0, "utf-8");

function byIcalJs() {
  const calendar = new ICAL.Component(ICAL.parse(text));
  return calendar.getAllSubcomponents("vtodo").map((todo) => {
    const value = (name) => todo.getFirstPropertyValue(name);
    const due = value("due");
    const rule = value("rrule");
    return {
      uid: value("uid"),
      summary: value("summary"),
      description: value("description") ?? "",
      due: due && plain(due),
      priority: value("priority") ?? 0,
      categories: (todo.getFirstProperty("categories")?.getValues() ?? []).toSorted(),
      completed: todo.hasProperty("completed"),
      alarms: todo.getAllSubcomponents("valarm").length,
      parent: value("related-to"),
      next: rule && plain(second(rule.iterator(value("dtstart")))),
    };
  });
}

function second(moments) {
  moments.next();
  return moments.next();
}

/** A day, a time of no zone, or a moment, as Python writes them. */
function plain(time) {
  if (time.isDate || time.zone === ICAL.Timezone.localTimezone) return time.toString();
  return time.convertToZone(ICAL.Timezone.utcTimezone).toString().replace("Z", "+00:00");
}

function byNodeIcal() {
  const found = Object.values(ical.sync.parseICS(text)).filter((each) => each.type === "VTODO");
  return found.map((todo) => ({
    uid: todo.uid,
    summary: todo.summary,
    description: todo.description ?? "",
    due: todo.due ? moment(todo.due) : null,
    priority: Number(todo.priority ?? 0),
    completed: todo.completion === "100" || todo.completion === 100,
    alarms: (todo.alarms ?? []).length,
    next: todo.rrule ? todo.rrule.all((_, count) => count < 2)[1].toISOString() : null,
  }));
}

function moment(due) {
  return due.dateOnly ? due.toISOString().slice(0, 10) : due.toISOString().replace(".000Z", "+00:00");
}

process.stdout.write(JSON.stringify({ "ical.js": byIcalJs(), "node-ical": byNodeIcal() }));
