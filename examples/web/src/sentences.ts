import { type Catalogue, type Problem, type Said, say } from "todo-api-client";

/** What is refused, in the browser's language. In English there is `detail`, and so there is for codes that stand nowhere here. */
const GERMAN: Catalogue = {
  archived: () => "Diese Liste ist archiviert.",
  blank: () => "Das darf nicht leer sein.",
  broken_view: () => "Diese Version versteht die gespeicherte Ansicht nicht.",
  completed_repeats: () => "Was sich wiederholt, ist nach jedem Mal wieder offen.",
  control_character: () => "Steuerzeichen sind nicht erlaubt.",
  cycle: () => "Eine Aufgabe kann nicht ihre eigene Teilaufgabe sein.",
  date_in_words: () => "Das Datum steht in Worten da; es ist in den Notizen.",
  date_unread: () => "Die Fälligkeit war nicht zu lesen.",
  does_not_exist: ({ kind }) => `Es gibt ${KINDS[kind]} nicht.`,
  erased: () => "Das wurde endgültig gelöscht.",
  has_subtasks: () => "Diese Aufgabe hat Teilaufgaben und kann keine werden.",
  id_conflict: ({ kind }) => `Es gibt ${KINDS[kind]} schon mit anderem Inhalt.`,
  inbox_stays: () => "Der Eingang kann nicht archiviert oder gelöscht werden.",
  invalid: ({ expected }) => EXPECTED[expected] ?? "Das ist hier nicht möglich.",
  invalid_choice: ({ choices }) => `Möglich ist nur: ${choices.join(", ")}.`,
  last_occurrence: () => "Danach kommt kein weiterer Termin.",
  malformed: ({ line, column }) => `Das ist kein gültiges JSON in UTF-8; siehe Zeile ${line}, Spalte ${column}.`,
  max_items: ({ max }) => `Höchstens ${number(max)} sind möglich.`,
  max_length: ({ max }) => `Höchstens ${number(max)} Zeichen sind möglich.`,
  max_terms: ({ max }) => `Höchstens ${number(max)} Wörter sind möglich.`,
  max_value: ({ min, max }) => `Wählen Sie eine Zahl von ${number(min)} bis ${number(max)}.`,
  min_value: ({ min, max }) => `Wählen Sie eine Zahl von ${number(min)} bis ${number(max)}.`,
  more_faults: ({ max }) => `Es gibt noch mehr Fehler als diese ${max}.`,
  name_taken: () => "Es gibt schon ein Schlagwort mit diesem Namen.",
  no_columns: () => "In der ersten Zeile müssen die Spalten stehen, darunter TYPE und CONTENT.",
  no_title: () => "Es bleibt kein Titel übrig.",
  not_csv: ({ line }) => `Das ist keine CSV-Datei; siehe Zeile ${line}.`,
  not_found: () => "Das gibt es nicht mehr.",
  not_icalendar: ({ line }) => `Das ist keine iCalendar-Datei; siehe Zeile ${line}.`,
  not_skipped: () => "Das wurde zuletzt nicht ausgelassen.",
  null: () => "Das darf nicht fehlen.",
  parent_is_subtask: () => "Eine Teilaufgabe kann keine Teilaufgaben haben.",
  reminder_needs_date: () => "Diese Erinnerung braucht ein Datum.",
  required: () => "Das fehlt.",
  rrule_empty: () => "Diese Regel nennt nach dem ersten Tag keinen weiteren.",
  rrule_needs_date: () => "Was sich wiederholt, braucht ein Datum.",
  rrule_too_long: ({ max }) => `Eine Regel hat höchstens ${max} Zeichen.`,
  stale: () => "Das wurde inzwischen geändert.",
  time_needs_date: () => "Eine Uhrzeit braucht ein Datum.",
  title_too_long: ({ max }) => `Der Titel hätte mehr als ${number(max)} Zeichen.`,
  too_large: () => "Das ist zu groß.",
  too_many_lists: ({ max }) => `Es gibt schon ${number(max)} Listen, mehr sind nicht möglich.`,
  too_many_rows: ({ max }) => `Auf einmal können höchstens ${number(max)} Zeilen kommen.`,
  too_many_subtasks: ({ max }) => `Die Aufgabe hat schon ${number(max)} Teilaufgaben, mehr sind nicht möglich.`,
  too_many_tags: ({ max }) => `Es gibt schon ${number(max)} Schlagwörter, mehr sind nicht möglich.`,
  too_many_todos: ({ max }) => `Es gibt schon ${number(max)} Aufgaben, mehr sind nicht möglich.`,
  too_many_views: ({ max }) => `Es gibt schon ${number(max)} Ansichten, mehr sind nicht möglich.`,
  trashed: ({ kind }) => `Im Papierkorb liegt ${KINDS[kind]}; holen Sie das zuerst zurück.`,
  unknown_zone: () => "Diese Zeitzone gibt es nicht.",
  wrong_encoding: ({ encoding, line }) => `Die Datei ist nicht in ${encoding}; siehe Zeile ${line}.`,
  zone_needs_time: () => "Eine Zeitzone braucht eine Uhrzeit.",
};
const KINDS = { todo: "diese Aufgabe", list: "diese Liste", tag: "dieses Schlagwort", view: "diese Ansicht" };
const EXPECTED: Record<string, string> = {
  date: "Schreiben Sie einen Tag als JJJJ-MM-TT.",
  integer: "Das muss eine ganze Zahl sein.",
  time: "Schreiben Sie eine Uhrzeit als HH:MM.",
  "array of objects": "Hier muss eine Liste von Objekten stehen.",
};
const CATALOGUES: Record<string, Catalogue> = { en: {}, de: GERMAN };

const number = (value: number): string => value.toLocaleString("de");

/** The first language of the browser that there is anything in. */
const catalogue = navigator.languages.flatMap((tag) => CATALOGUES[tag.split("-")[0]!] ?? [])[0] ?? {};

/** For a place where it is clear which value is meant. */
export const inWords = (said: Said): string => say(catalogue, said);

/** With the names of the values at fault. */
export function allInWords(problem: Problem): string {
  const faults = problem.errors.map((fault) => `${fault.pointer.slice(1).replaceAll("_", " ")}: ${inWords(fault)}`);
  return faults.join(" ") || inWords(problem);
}
