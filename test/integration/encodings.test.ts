import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { bytesSurvive, missingCharacters } from '../../src/host/services/documents/encodings';
import { applyLine, buttons, bytesOf, closeAll, editLine, insertAt, newFile, open } from './documents';

/** Every encoding that `TextDocument.encoding` may name. */
const encodings =
  'utf8 utf8bom utf16le utf16be windows1252 iso88591 iso88593 iso885915 macroman cp437 windows1256 iso88596 windows1257 iso88594 iso885914 windows1250 iso88592 cp852 windows1251 cp866 cp1125 iso88595 koi8r koi8u iso885913 windows1253 iso88597 windows1255 iso88598 iso885910 iso885916 windows1254 iso88599 windows1258 gbk gb18030 cp950 big5hkscs shiftjis eucjp euckr windows874 iso885911 koi8ru koi8t gb2312 cp865 cp850'.split(
    ' ',
  );

/** Those that are tried with each kind of line ends. */
const thorough: ReadonlySet<string> = new Set(['utf8bom', 'gbk']);

/** Characters of many scripts; each encoding is tried with those it has. */
const alphabet = Array.from('äöüßéèçñøåŁłőűšžăЖдіїґАбαΩώאבגاحمกขค中文字符编码測試繁體日本語かなカナ한국어±§µ€“”…┌─┐🙂𠮷');

const kinds = [
  { name: 'LF', ends: ['\n'], last: '\n' },
  { name: 'CRLF', ends: ['\r\n'], last: '\r\n' },
  { name: 'mixed line ends', ends: ['\n', '\r\n', '\r\n'], last: '\n' },
  { name: 'no final line end', ends: ['\n'], last: '' },
  { name: 'CRLF and no final line end', ends: ['\r\n'], last: '' },
] as const;
type Kind = (typeof kinds)[number];

function joined(lines: readonly string[], { ends, last }: Kind): string {
  return lines.map((line, index) => line + (index === lines.length - 1 ? last : (ends[index % ends.length] ?? '\n'))).join('');
}

/** The bytes of a text. VS Code adds a byte order mark where the encoding has one. */
async function bytesFor(text: string, encoding: string): Promise<Buffer> {
  return Buffer.from(await vscode.workspace.encode(text, { encoding }));
}

/** What VS Code makes of the bytes of a file by itself: a space is typed and removed, and the file saved. */
async function savedAlone(bytes: Buffer, encoding: string): Promise<Buffer> {
  const uri = newFile(bytes);
  const document = await vscode.workspace.openTextDocument(uri, { encoding });
  for (const [end, text] of [
    [0, ' '],
    [1, ''],
  ] as const) {
    const edit = new vscode.WorkspaceEdit();
    edit.replace(uri, new vscode.Range(0, 0, 0, end), text);
    assert.equal(await vscode.workspace.applyEdit(edit), true);
  }
  assert.equal(await document.save(), true);
  return bytesOf(uri);
}

function replaced(bytes: Buffer, from: Buffer, to: Buffer): Buffer {
  const at = bytes.indexOf(from);
  assert.ok(at >= 0, 'the line is there');
  return Buffer.concat([bytes.subarray(0, at), to, bytes.subarray(at + from.length)]);
}

/** Each way in which code gets into a file, tried on one file; what they leave alone are the bytes that VS Code itself writes. */
async function tryEncoding(encoding: string, kind: Kind): Promise<void> {
  const missing = await missingCharacters(alphabet.join(''), encoding);
  const letters = alphabet.filter((letter) => !missing.includes(letter)).join('');
  const own = letters.slice(0, 8);
  const lines = [
    `first = "${letters}";`,
    'applied = before();',
    `\t// ${letters}\t`,
    'inserted = before();',
    `    "${letters}"  `,
    'edited = before();',
    '',
    `last = "${letters}";`,
  ];
  const bytes = await bytesFor(joined(lines, kind), encoding);
  let expected = await savedAlone(bytes, encoding);
  const uri = newFile(bytes);
  const editor = await open(uri, encoding);
  assert.equal(editor.document.encoding, encoding);
  await applyLine(editor.document, 1, `applied = after("${own}");`);
  await insertAt(editor, 3, `inserted = after("${own}");`);
  await editLine(editor.document, 5, `edited = after("${own}");`);
  assert.equal(await editor.document.save(), true);
  // Without the mark that an encoder puts before a whole text.
  const part = async (text: string): Promise<Buffer> =>
    (await bytesFor(`\n${text}`, encoding)).subarray((await bytesFor('\n', encoding)).length);
  for (const name of ['applied', 'inserted', 'edited']) {
    expected = replaced(expected, await part(`${name} = before();`), await part(`${name} = after("${own}");`));
  }
  assert.equal(bytesOf(uri).toString('hex'), expected.toString('hex'));
  await closeAll();
}

describe('files in any encoding', () => {
  before(async () => {
    await vscode.workspace.getConfiguration('files').update('autoSave', 'off', vscode.ConfigurationTarget.Global);
  });
  afterEach(closeAll);

  encodings.forEach((encoding, index) => {
    const tried = thorough.has(encoding) ? kinds : [kinds[index % kinds.length] ?? kinds[0]];
    for (const kind of tried) {
      it(`keep the bytes that VS Code writes outside of what is applied, inserted and edited: ${encoding}, ${kind.name}`, () =>
        tryEncoding(encoding, kind));
    }
  });

  it('keep their bytes where the encoding is a setting, and where it is guessed', async () => {
    const text = '// 注释：这一行不能变\nvalue = before();\n// 中文字符编码测试，再来一行\n';
    const bytes = await bytesFor(text, 'gbk');
    const settings = vscode.workspace.getConfiguration('files');
    for (const [key, value] of [
      ['encoding', 'gbk'],
      ['autoGuessEncoding', true],
    ] as const) {
      await settings.update(key, value, vscode.ConfigurationTarget.Global);
      const uri = newFile(bytes);
      const { document } = await vscode.window.showTextDocument(uri);
      await applyLine(document, 1, 'value = after("值");');
      await document.save();
      await settings.update(key, undefined, vscode.ConfigurationTarget.Global);
      const expected = await bytesFor(text.replace('before()', 'after("值")'), 'gbk');
      assert.equal(bytesOf(uri).toString('hex'), expected.toString('hex'), key);
      await closeAll();
    }
  });

  it('keep halves of characters and zero bytes in UTF-16', async () => {
    const bytes = await bytesFor('a\uD83D b\nvalue = before();\nc \uDE42\u0000d\n', 'utf16le');
    const uri = newFile(bytes);
    const { document } = await vscode.window.showTextDocument(uri);
    await applyLine(document, 1, 'value = after();');
    await document.save();
    assert.equal(
      bytesOf(uri).toString('hex'),
      (await bytesFor('a\uD83D b\nvalue = after();\nc \uDE42\u0000d\n', 'utf16le')).toString('hex'),
    );
  });

  it('are known not to fit the encoding they were opened with', async () => {
    const chinese = await bytesFor('值 = 1;\n注释\n', 'gbk');
    const fits = async (bytes: Uint8Array, encoding: string): Promise<boolean> => {
      const document = await vscode.workspace.openTextDocument(newFile(bytes), { encoding });
      return bytesSurvive(document);
    };
    assert.equal(await fits(chinese, 'gbk'), true);
    assert.equal(await fits(chinese, 'windows1252'), true);
    assert.equal(await fits(chinese, 'utf8'), false);
    assert.equal(await fits(Buffer.from([0x61, 0xff, 0xfe, 0x0a]), 'gbk'), false);
    assert.equal(await fits(Buffer.from('plain\r\n\ttext'), 'shiftjis'), true);
    assert.equal(await fits(Buffer.from([0xef, 0xbb, 0xbf, 0x61]), 'utf8'), true);
    assert.equal(await fits(Buffer.from([0x61, 0xc3]), 'utf8'), false);
  });

  it('that are new have an encoding with all their characters', async () => {
    const settings = vscode.workspace.getConfiguration('files');
    await settings.update('encoding', 'gbk', vscode.ConfigurationTarget.Global);
    await (await buttons()).newFile({ code: '值 🙂', info: '', before: '' });
    const document = vscode.window.activeTextEditor?.document;
    assert.deepEqual([document?.getText(), document?.encoding], ['值 🙂\n', 'utf8']);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await settings.update('encoding', undefined, vscode.ConfigurationTarget.Global);
  });

  it('are not written before the user has said so where characters would be lost', async () => {
    const bytes = await bytesFor('值 = before();\n', 'gbk');
    const uri = newFile(bytes);
    const { document } = await open(uri, 'gbk');
    assert.deepEqual(await missingCharacters('值 🙂 ∰', 'gbk'), ['🙂', '∰']);
    await applyLine(document, 0, '值 = after("🙂");');
    assert.equal(document.getText(), '值 = before();\n');
    await vscode.commands.executeCommand('paddock.discardChange');
    await vscode.commands.executeCommand('notifications.clearAll');
  });
});
