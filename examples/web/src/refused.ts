import type { EditResult } from "./api";
import { announce, byId, element, icon, part } from "./dom";
import type { Waiting } from "./operations";
import { inWords } from "./sentences";

const box = byId("refused");
const list = part(box, "ul");

/** Says which changes came to nothing, until somebody has read it; they may have been made hours ago. */
export function tellRefused(operations: Waiting[], results: EditResult[]): void {
  const told = operations.flatMap((operation, index) => sentence(operation, results[index]!) ?? []);
  const new_ = [...new Set(told)].filter((words) => ![...list.children].some((item) => item.textContent === words));
  list.append(...new_.map((words) => element("li", {}, words)));
  box.hidden = list.childElementCount === 0;
  if (new_.length) announce(new_.join(" "));
}

export function forgetRefused(): void {
  list.replaceChildren();
  box.hidden = true;
}

function sentence({ edit, was }: Waiting, result: EditResult): string | undefined {
  const { status, current, code, errors } = result;
  if (status === "applied") return undefined;
  const name = nameOf(current) ?? nameOf(edit) ?? nameOf(was);
  const about = name ? `“${name}”: ` : "";
  if (status === "rejected") return `${about}that was not saved. ${errors?.map(inWords).join(" ")}`;
  if (code !== "stale") return `${about}that was not saved. ${inWords(result)}`;
  return [`“${name}” was changed elsewhere. You see the latest.`, written(edit)].filter(Boolean).join(" ");
}

function nameOf(row: object | null | undefined): string | undefined {
  const { title, name } = (row ?? {}) as { title?: string; name?: string };
  return title ?? name;
}

/** Words that would be lost otherwise. */
function written(edit: Waiting["edit"]): string | undefined {
  const words = "notes" in edit ? edit.notes : "title" in edit ? edit.title : "name" in edit ? edit.name : undefined;
  return words && `You had written “${words}”.`;
}

part(box, "button").append(icon("close"));
part(box, "button").addEventListener("click", forgetRefused);
