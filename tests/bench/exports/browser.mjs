// Drives Chromium: node browser.mjs CHROMIUM JOB, a JSON text; prints the answer as JSON.
// Where a job has no page of ours, the page is the one that ICHDesk exports, used as people do.

import { chromium } from 'playwright-core';

const [executablePath, text] = process.argv.slice(2);
const job = JSON.parse(text);
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
});
try {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(300_000);
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  const found = await (job.dropped ? useExported : useOurs)(page, context);
  if (problems.length) throw new Error(problems.join('\n'));
  console.log(JSON.stringify({ ...found, browser: browser.version() }));
} finally {
  await browser.close();
}

async function useOurs(page) {
  await page.goto(job.page);
  return page.evaluate((given) => window.run(given), job);
}

async function useExported(page, context) {
  await page.goto(job.page);
  await context.setOffline(true);
  const consumer = await page.evaluate(() => document.documentElement.dataset.library);
  await page.waitForSelector('html[data-state="ready"]');
  const answers = {};
  for (const [kind, files] of Object.entries(job.dropped)) {
    await page.setInputFiles('input[type=file]', files);
    await page.waitForFunction((n) => document.querySelectorAll('.answer[data-done]').length === n, files.length);
    answers[kind] = await page.evaluate(() =>
      [...document.querySelectorAll('.answer')].map((card) =>
        [...card.querySelectorAll('data')].map((bar) => Number(bar.value))));
    answers.latency_ms ??= await page.evaluate(() => {
      const times = [...document.querySelectorAll('.answer')].map((card) => Number(card.dataset.ms));
      return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
    });
    await page.click('#clear');
  }
  return { consumer, ...answers };
}
