import { describe, expect, it } from 'vitest';
import {
  completionFor,
  moveActiveLine,
  applyChoice,
  findTrigger,
  withSuggestions,
  type Completion,
} from '../../../../../webview/chat/composer/mentionCompletion';

const commands = [
  { name: 'explain', description: 'Explains' },
  { name: 'fix', description: 'Mends' },
];

/** What is typed before the bar. */
function at(marked: string): string | undefined {
  const trigger = findTrigger(marked.replace('|', ''), marked.indexOf('|'));
  return trigger && `${trigger.kind} ${trigger.query}`;
}

function opened(marked: string, before?: Completion): Completion {
  const completion = completionFor(findTrigger(marked.replace('|', ''), marked.indexOf('|')), before, commands, 1);
  if (completion === undefined) throw new Error(`nothing opens in ${marked}`);
  return completion;
}

describe('a list opens', () => {
  it.each([
    ['#|', 'context '],
    ['What does #fi| do?', 'context fi'],
    ['x\n#file:src/a.ts|', 'context file:src/a.ts'],
    ['/|', 'command '],
    ['/ex|', 'command ex'],
  ])('in %j', (marked, trigger) => {
    expect(at(marked)).toBe(trigger);
  });

  it.each(['C#|', 'a #b c|', '# |', 'see #123|', 'x /ex|', '/explain |', '#fi| and'.replace('#fi', 'x')])('not in %j', (marked) => {
    expect(at(marked)).toBeUndefined();
  });
});

describe('the list of commands', () => {
  it('has those that begin as typed, and closes where none does', () => {
    expect(opened('/|').choices.map(({ label }) => label)).toEqual(['/explain', '/fix']);
    expect(opened('/EX|').choices.map(({ detail }) => detail)).toEqual(['Explains']);
    expect(() => opened('/xyz|')).toThrow();
  });
});

describe('the list of things to attach', () => {
  const file = { id: 'f', kind: 'file', label: 'a.ts', detail: 'src' } as const;

  it('waits for the host, and takes the answer to the question asked last', () => {
    const asked = opened('#a|');
    expect(asked).toMatchObject({ known: false, choices: [] });
    expect(withSuggestions(asked, 0, [file])).toBe(asked);
    expect(withSuggestions(asked, 1, [file])).toMatchObject({ known: true, choices: [{ id: 'f', icon: 'file' }] });
  });

  it('keeps its lines until the next answer, and is the same while nothing is typed', () => {
    const known = withSuggestions(opened('#a|'), 1, [file]);
    expect(opened('#ab|', known)).toMatchObject({ known: false, choices: [{ id: 'f' }] });
    expect(opened('#a|', known)).toBe(known);
  });

  it('goes around at its ends', () => {
    const known = withSuggestions(opened('#a|'), 1, [file, { ...file, id: 'g' }]);
    if (known === undefined) throw new Error('it closed');
    expect(moveActiveLine(known, -1).active).toBe(1);
    expect(moveActiveLine(moveActiveLine(known, 1), 1).active).toBe(0);
    expect(moveActiveLine(opened('#a|'), 1).active).toBe(0);
  });
});

describe('what is taken', () => {
  const choice = { id: 'x', icon: 'file', label: 'a.ts', detail: '' } as const;

  it('goes away from the words, with one of the spaces around it', () => {
    expect(applyChoice('What is #a now?', opened('What is #a| now?'), choice)).toEqual({ text: 'What is now?', caret: 8 });
    expect(applyChoice('#a', opened('#a|'), choice)).toEqual({ text: '', caret: 0 });
    expect(applyChoice('x\n#a\ny', opened('x\n#a|\ny'), choice)).toEqual({ text: 'x\n\ny', caret: 2 });
  });

  it('goes on where it is only the beginning', () => {
    expect(applyChoice('Why #f?', opened('Why #f|?'), { ...choice, insert: 'file:' })).toEqual({ text: 'Why #file:?', caret: 10 });
  });

  it('is a command and a space to go on behind it', () => {
    const fix = { ...choice, icon: 'command', label: '/fix' } as const;
    expect(applyChoice('/f this', opened('/f| this'), fix)).toEqual({ text: '/fix this', caret: 5 });
  });
});
