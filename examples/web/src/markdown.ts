import { element } from "./dom";

const MOST_NESTED = 6;
const SAFE = new Set(["http:", "https:", "mailto:"]);

/** One alternative for each thing inside a line. What each may span is bounded, so that no text takes long. */
const INLINE = new RegExp(
  [
    /`(?<code>[^`\n]{1,500})`/,
    /\*\*(?<strong>(?!\s)[^\n]{1,1000}?)\*\*/,
    /~~(?<struck>[^\n~]{1,500})~~/,
    /\*(?<star>(?!\s)[^*\n]{1,500})\*/,
    /(?<![\p{L}\p{N}_])_(?<line>(?!\s)[^_\n]{1,500})_(?![\p{L}\p{N}_])/u,
    /\[(?<text>[^[\]\n]{1,500})\]\((?<href>[^\s()]{1,2000})\)/,
    /(?<bare>https?:\/\/[^\s<>"']{1,2000}[^\s<>"'.,;:!?)\]])/,
  ].map((part) => part.source).join("|"),
  "u",
);

/**
 * Notes as nodes: paragraphs, headings, lists, quotations, code, emphasis and links. Nodes are made one by one and text
 * stays text, so nothing in a note can become markup of the page.
 */
export function markdown(text: string): Node[] {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const blocks: Node[] = [];
  while (lines.length) {
    const block = nextBlock(lines);
    if (block) blocks.push(block);
  }
  return blocks;
}

function nextBlock(lines: string[]): Node | undefined {
  const line = lines.shift() ?? "";
  if (!line.trim()) return undefined;
  if (line.startsWith("```")) return codeBlock(lines);
  if (/^\s{0,3}([-*_])(\s*\1){2,}\s*$/.test(line)) return element("hr", {});
  const heading = /^#{1,6}\s+(?<text>.+)$/.exec(line)?.groups?.text;
  if (heading) return element("h3", {}, ...inline(heading));
  if (line.startsWith(">")) {
    const quoted = [line, ...taken(lines, (next) => next.startsWith(">"))].map((each) => each.replace(/^>\s?/, ""));
    return element("blockquote", {}, ...paragraph(quoted));
  }
  for (const [tag, mark] of [["ul", /^\s{0,8}[-*+]\s+/], ["ol", /^\s{0,8}\d{1,9}[.)]\s+/]] as const) {
    if (!mark.test(line)) continue;
    const entries = [line, ...taken(lines, (next) => mark.test(next))].map((each) => each.replace(mark, ""));
    return element(tag, {}, ...entries.map((entry) => element("li", {}, ...listEntry(entry))));
  }
  return element("p", {}, ...paragraph([line, ...taken(lines, (next) => next.trim() !== "" && !/^([>#]|```|\s{0,8}([-*+]|\d{1,9}[.)])\s)/.test(next))]));
}

function codeBlock(lines: string[]): Node {
  const code = taken(lines, (next) => !next.startsWith("```"));
  lines.shift();
  return element("pre", { tabindex: "0" }, element("code", {}, code.join("\n")));
}

function taken(lines: string[], belongs: (line: string) => boolean): string[] {
  const end = lines.findIndex((line) => !belongs(line));
  return lines.splice(0, end < 0 ? lines.length : end);
}

function paragraph(lines: string[]): (Node | string)[] {
  return lines.flatMap((line, index) => (index ? [element("br", {}), ...inline(line)] : inline(line)));
}

function listEntry(entry: string): (Node | string)[] {
  const box = /^\[(?<mark>[ xX])\]\s+(?<text>.*)$/.exec(entry)?.groups;
  return box ? [box.mark === " " ? "☐ " : "☑ ", ...inline(box.text ?? "")] : inline(entry);
}

function inline(text: string, depth = 0): (Node | string)[] {
  const made: (Node | string)[] = [];
  let rest = text;
  while (rest && depth < MOST_NESTED) {
    const found = INLINE.exec(rest);
    if (!found) break;
    made.push(rest.slice(0, found.index), node(found, depth));
    rest = rest.slice(found.index + found[0].length);
  }
  return [...made, rest];
}

function node({ groups = {}, 0: whole }: RegExpExecArray, depth: number): Node | string {
  const { code, strong, struck, star, line, text, href, bare } = groups;
  const inside = (words: string) => inline(words, depth + 1);
  if (code) return element("code", {}, code);
  if (strong) return element("strong", {}, ...inside(strong));
  if (struck) return element("s", {}, ...inside(struck));
  if (star || line) return element("em", {}, ...inside(star || line || ""));
  if (bare) return link(bare, [bare]) ?? whole;
  return link(href ?? "", inside(text ?? "")) ?? whole;
}

/** Only addresses that lead somewhere; `javascript:` and its kind stay text. */
function link(address: string, children: (Node | string)[]): Node | undefined {
  if (!URL.canParse(address) || !SAFE.has(new URL(address).protocol)) return undefined;
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, ...children);
}
