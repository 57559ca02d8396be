/** The tour: Paddock's three jobs, done in a real VS Code by nobody, with pictures and a transcript in `out/tour/`. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { note } from '../../../scripts/lib/progress.mjs';
import { out, root } from '../../../scripts/lib/paths.mjs';
import { Editor, eventually } from './driver.mjs';

/**
 * @typedef {import('./driver.mjs').Turn} Turn
 * @typedef {{question: string, answer: string, tokensPerSecond: number, firstTokenMilliseconds: number, promptTokens: number,
 *   reusedTokens: number, evaluatedTokens: number, generatedTokens: number}} AnswerReport
 */

const folder = path.join(out, 'tour');

/** @param {Turn} turn @returns {AnswerReport} */
function report({ user, answer, metrics }) {
  if (metrics === undefined) throw new Error('The answer carries no metrics.');
  const { tokensPerSecond, firstTokenMilliseconds, ...counts } = metrics;
  return {
    question:
      user.selection === undefined ? user.text : `Explain ${user.file?.path ?? ''}:${user.selection.startLine}-${user.selection.endLine}`,
    answer,
    tokensPerSecond: Math.round(tokensPerSecond * 10) / 10,
    firstTokenMilliseconds: Math.round(firstTokenMilliseconds),
    promptTokens: counts.promptTokens,
    reusedTokens: counts.reusedTokens,
    evaluatedTokens: counts.evaluatedTokens,
    generatedTokens: counts.generatedTokens,
  };
}

/**
 * @param {Editor} editor
 * @param {string} name
 */
async function picture(editor, name) {
  await editor.page.mouse.move(640, 4);
  await editor.page.screenshot({ path: path.join(folder, `${name}.png`) });
}

/** @param {Editor} editor */
async function chat(editor) {
  note('Asking the chat a question');
  await editor.openChat();
  await editor.gaugeAbove(0);
  await picture(editor, '1-empty-chat');
  const empty = await editor.gauge();
  const first = await editor.ask('Write a TypeScript function that reverses a string.');
  await editor.gaugeAbove(empty);
  await picture(editor, '2-chat-answer');
  const answered = await editor.gauge();
  const second = await editor.ask('And one in Python?');
  await editor.gaugeAbove(answered);
  await picture(editor, '3-follow-up');
  return [report(first), report(second)];
}

/** @param {Editor} editor */
async function explain(editor) {
  note('Explaining a selection');
  await editor.openFile('inventory.ts');
  await editor.selectLines(44, 53);
  const before = await editor.turnCount();
  const item = await editor.contextMenu('Explain Selection');
  await editor.page.screenshot({ path: path.join(folder, '4-context-menu.png') });
  await item.click();
  const turn = await editor.answer(before + 1);
  // It begins a conversation of its own, whose prompt alone is longer than what the gauge showed.
  await editor.gaugeAbove((turn.metrics?.promptTokens ?? 0) * 0.9);
  await picture(editor, '5-explanation');
  return report(turn);
}

/** @param {Editor} editor */
async function ghost(editor) {
  note('Taking a ghost text with Tab');
  await editor.openFile('inventory.ts');
  await editor.page.keyboard.press('Control+End');
  await editor.page.keyboard.type('\nexport function add(a: number, b: number): number {\n');
  const pressed = Date.now();
  await editor.page.keyboard.type('return ');
  const shown = await editor.ghostText();
  const milliseconds = Date.now() - pressed;
  await picture(editor, '6-ghost-text');
  await editor.page.keyboard.press('Tab');
  const taken = await eventually('the accepted text in the file', async () => {
    const text = await editor.save('inventory.ts');
    return text.includes(`return ${shown}`) ? text.slice(text.lastIndexOf('export function add')) : undefined;
  });
  await picture(editor, '7-ghost-text-taken');
  return { shown, milliseconds, taken };
}

/**
 * @param {{chat: AnswerReport[], explain: AnswerReport, ghost: {shown: string, milliseconds: number, taken: string}}} done
 */
function transcript({ chat: answers, explain: explanation, ghost: ghostText }) {
  const parts = [...answers, explanation].map((answer) =>
    [
      `## ${answer.question}`,
      '',
      answer.answer,
      '',
      `_${String(answer.tokensPerSecond)} tokens a second; first token after ${String(answer.firstTokenMilliseconds)} ms; ` +
        `${String(answer.reusedTokens)} of ${String(answer.promptTokens)} prompt tokens reused, ${String(answer.evaluatedTokens)} evaluated_`,
    ].join('\n'),
  );
  const last = `## Ghost text\n\nOn the screen ${String(ghostText.milliseconds)} ms after the first of seven key presses, taken with Tab:\n\n\`\`\`ts\n${ghostText.taken}\n\`\`\``;
  return `# Paddock's tour\n\n${[...parts, last].join('\n\n')}\n`;
}

/**
 * Runs the tour.
 * @returns {Promise<Record<string, unknown> & {ok: boolean}>} what happened, for programs
 */
export async function runTour() {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const editor = await Editor.start({ link: root, settings: { 'paddock.chat.temperature': 0 } });
  try {
    const done = { chat: await chat(editor), explain: await explain(editor), ghost: await ghost(editor) };
    await writeFile(path.join(folder, 'transcript.md'), transcript(done));
    const outside = editor.open.outside;
    const ok = [...done.chat, done.explain].every(({ answer, generatedTokens }) => answer !== '' && generatedTokens > 0);
    return { ok: ok && outside.length === 0, ...done, requestsToOutside: outside };
  } catch (error) {
    await picture(editor, 'failed').catch(() => undefined);
    await writeFile(path.join(folder, 'logs.txt'), await editor.host.logs());
    return { ok: false, error: error instanceof Error ? error.message : String(error), logs: 'out/tour/logs.txt' };
  } finally {
    await editor.stop();
  }
}
