// Takes the README's pictures of the page as Maya sees it and of the operators' front page, light and dark.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { API, launch } from "./browser.mjs";
import { Person } from "./person.mjs";

const { FOLDER, OPERATOR_PASSWORD, PAGE } = process.env;
const MANNERS = { locale: "en-GB", timezoneId: "Europe/Berlin" };

async function photograph(page, name) {
  const camera = await page.context().newCDPSession(page);
  const clip = { x: 0, y: 0, ...page.viewportSize(), scale: 2 };
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // Colours may take a moment to change.
    await page.waitForTimeout(500);
    const { data } = await camera.send("Page.captureScreenshot", { format: "webp", quality: 85, clip });
    await writeFile(join(FOLDER, `${name}-${colorScheme}.webp`), Buffer.from(data, "base64"));
  }
}

const browser = await launch();
try {
  const home = await browser.newContext({ ...MANNERS, viewport: { width: 1200, height: 760 } });
  const maya = new Person(home, await home.newPage(), "Maya");
  await maya.page.goto(PAGE);
  await maya.signIn();
  await maya.go("All");
  await maya.look("Quarterly report");
  await maya.isSettled();
  await photograph(maya.page, "page");

  const office = await browser.newContext({ ...MANNERS, viewport: { width: 1200, height: 820 } });
  const admin = await office.newPage();
  await admin.goto(`${API}/admin/`);
  await admin.getByLabel("Username").fill("operator");
  await admin.getByLabel("Password").fill(OPERATOR_PASSWORD);
  await admin.getByRole("button", { name: "Log in" }).click();
  await admin.getByText("the signing keys are usable").waitFor();
  await photograph(admin, "admin");
} finally {
  await browser.close();
}
