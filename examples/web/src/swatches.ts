import { element } from "./dom";

const COLORS: [name: string, value: string][] = [
  ["No colour", ""], ["Coral", "#e5534b"], ["Amber", "#d98a00"], ["Green", "#2f9e5f"], ["Teal", "#0f9aa8"],
  ["Blue", "#3b7ddd"], ["Violet", "#7c5cff"], ["Pink", "#d6559e"], ["Slate", "#7a8190"],
];

/** The colours that lists and saved views have, with the present one chosen. */
export function swatches(chosen: string | null): HTMLElement[] {
  return COLORS.map(([title, value]) => {
    const box = element("input", { type: "radio", name: "color", value, "aria-label": title });
    box.checked = (chosen ?? "") === value;
    const made = element("label", { class: "swatch" }, box);
    if (value) made.style.setProperty("--color", value);
    return made;
  });
}
