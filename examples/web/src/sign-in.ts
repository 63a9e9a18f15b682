import { authClient } from "./auth-client";
import { byId, part } from "./dom";

type Mode = "sign-in" | "sign-up";

const WORDS = {
  "sign-in": {
    title: "Welcome back",
    lead: "Sign in to see your todos.",
    submit: "Sign in",
    question: "New here?",
    other: "Create an account",
  },
  "sign-up": {
    title: "Create your account",
    lead: "A name, an e-mail address, a password, and you can start.",
    submit: "Create account",
    question: "Already have an account?",
    other: "Sign in",
  },
};

const form = byId<HTMLFormElement>("sign-in");
const problem = part<HTMLElement>(form, ".form-error");
const submit = part<HTMLButtonElement>(form, "button[type=submit]");
let mode: Mode = "sign-in";
let signedIn: () => void = () => {};

/** Shows the form until somebody has signed in or up. */
export function showSignIn(onSignedIn: () => void, message = ""): void {
  signedIn = onSignedIn;
  byId("app").hidden = true;
  byId("welcome").hidden = false;
  choose("sign-in");
  problem.textContent = message;
  field("email").focus();
}

export function sayAtSignIn(message: string): void {
  problem.textContent = message;
}

function choose(next: Mode): void {
  mode = next;
  const words = WORDS[mode];
  document.title = `${words.submit} · Todos`;
  byId("welcome-title").textContent = words.title;
  byId("welcome-lead").textContent = words.lead;
  submit.textContent = words.submit;
  part(document, ".switch span").textContent = words.question;
  byId("switch-mode").textContent = words.other;
  byId("name-field").hidden = mode === "sign-in";
  byId("password-hint").hidden = mode === "sign-in";
  field("password").autocomplete = mode === "sign-in" ? "current-password" : "new-password";
  problem.textContent = "";
}

function field(name: string): HTMLInputElement {
  return part(form, `[name=${name}]`);
}

function fault(): [HTMLInputElement, string] | undefined {
  if (!field("email").checkValidity()) return [field("email"), "Enter your e-mail address."];
  if (field("password").value.length < 8) return [field("password"), "The password has at least 8 characters."];
  return undefined;
}

async function send(): Promise<void> {
  const email = field("email").value.trim();
  const password = field("password").value;
  const name = field("name").value.trim() || (email.split("@")[0] ?? email);
  const { error } =
    mode === "sign-up"
      ? await authClient.signUp.email({ email, password, name })
      : await authClient.signIn.email({ email, password });
  if (error) throw new Error(error.message ?? "That did not work. Try again.");
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const found = fault();
  problem.textContent = found?.[1] ?? "";
  if (found) return found[0].focus();
  submit.disabled = true;
  try {
    await send();
    form.reset();
    byId("welcome").hidden = true;
    signedIn();
  } catch (error) {
    const isOffline = error instanceof TypeError;
    problem.textContent = isOffline ? "The sign-in service can't be reached." : (error as Error).message;
    field("password").focus();
  } finally {
    submit.disabled = false;
  }
});

byId("switch-mode").addEventListener("click", () => {
  choose(mode === "sign-in" ? "sign-up" : "sign-in");
  field(mode === "sign-up" ? "name" : "email").focus();
});
