import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addTurn,
  isTree,
  pathTo,
  readBranches,
  removeTurn,
  showSibling,
  shownPath,
  showTurn,
  siblingsOf,
  type TreeNode,
  type TurnTree,
} from '../../../../../src/host/chat/store/turnTree';

function tree(...edges: readonly (readonly [id: string, parent?: string])[]): TurnTree<TreeNode> {
  const made: TurnTree<TreeNode> = { turns: [], shown: {} };
  for (const [id, parent] of edges) addTurn(made, parent === undefined ? { id } : { id, parent });
  return made;
}

const ids = (turns: readonly TreeNode[]): string => turns.map(({ id }) => id).join(' ');
const node = (made: TurnTree<TreeNode>, id: string): TreeNode => made.turns.find((turn) => turn.id === id) ?? { id };

/** Two answers to the second question; the first of them was asked on. */
const forked = (): TurnTree<TreeNode> => tree(['a'], ['b', 'a'], ['c', 'b'], ['d', 'c'], ['b2', 'a']);

describe('a conversation’s branches', () => {
  it('show the latest branch', () => {
    expect(ids(shownPath(forked()))).toBe('a b2');
    expect(ids(shownPath(tree()))).toBe('');
  });

  it('show the last branch below a fork again after a switch', () => {
    const made = forked();
    addTurn(made, { id: 'c2', parent: 'b' });
    showTurn(made, node(made, 'd'));
    showTurn(made, node(made, 'b2'));
    expect(ids(shownPath(made))).toBe('a b2');
    expect(showSibling(made, node(made, 'b2'), -1)).toBe(true);
    expect(ids(shownPath(made))).toBe('a b c d');
    expect(showSibling(made, node(made, 'b'), -1)).toBe(false);
    expect(showSibling(made, node(made, 'a'), 1)).toBe(false);
  });

  it('can fork at the first turn', () => {
    const made = tree(['a'], ['b', 'a'], ['a2']);
    expect(ids(shownPath(made))).toBe('a2');
    expect(ids(siblingsOf(made, node(made, 'a')))).toBe('a a2');
    showTurn(made, node(made, 'b'));
    expect(ids(shownPath(made))).toBe('a b');
  });

  it('store no choice where there is only one branch', () => {
    expect(tree(['a'], ['b', 'a'], ['c', 'b']).shown).toEqual({});
    expect(forked().shown).toEqual({});
  });

  it('drop only a turn without successors', () => {
    const made = forked();
    expect(removeTurn(made, node(made, 'b'))).toBe(false);
    showTurn(made, node(made, 'd'));
    expect(removeTurn(made, node(made, 'b2'))).toBe(true);
    expect(ids(shownPath(made))).toBe('a b c d');
    expect(removeTurn(made, { id: 'nowhere' })).toBe(false);
  });

  it('are invalid with duplicate, orphaned, misplaced or unnamed turns', () => {
    expect(isTree([{ id: 'a' }, { id: 'b', parent: 'a' }])).toBe(true);
    expect(isTree([{ id: 'a' }, { id: 'a' }])).toBe(false);
    expect(isTree([{ id: 'a', parent: 'b' }])).toBe(false);
    expect(isTree([{ id: 'a', parent: 'b' }, { id: 'b' }])).toBe(false);
    expect(isTree([{ id: 'a', parent: 'a' }])).toBe(false);
    expect(isTree([{ id: '' }])).toBe(false);
  });
});

/** Any tree, each turn following one before it or none, and then a number of switches. */
const anyTree = fc
  .tuple(fc.array(fc.nat({ max: 20 }), { maxLength: 20 }), fc.array(fc.tuple(fc.nat(), fc.constantFrom(-1, 1)), { maxLength: 10 }))
  .map(([parents, switches]) => {
    const made: TurnTree<TreeNode> = { turns: [], shown: {} };
    parents.forEach((parent, index) => {
      addTurn(made, { id: `t${String(index)}`, ...(parent < index ? { parent: `t${String(parent)}` } : {}) });
    });
    for (const [index, places] of switches) {
      const path = shownPath(made);
      const turn = path[index % Math.max(1, path.length)];
      if (turn !== undefined) showSibling(made, turn, places);
    }
    return made;
  });

describe('in any conversation', () => {
  it('what is shown is a path from the beginning to a turn that nothing follows', () => {
    fc.assert(
      fc.property(anyTree, (made) => {
        const path = shownPath(made);
        expect(isTree(made.turns)).toBe(true);
        expect(path.map(({ parent }) => parent)).toEqual([undefined, ...path.map(({ id }) => id)].slice(0, path.length));
        expect(made.turns.some(({ parent }) => parent === path.at(-1)?.id && parent !== undefined)).toBe(false);
        expect(pathTo(made, path.at(-1)?.id)).toEqual(path);
      }),
    );
  });

  it('each turn can be shown, and showing it changes nothing but what is shown', () => {
    fc.assert(
      fc.property(anyTree, fc.nat(), (made, index) => {
        const turn = made.turns[index % Math.max(1, made.turns.length)];
        if (turn === undefined) return;
        const before = [...made.turns];
        showTurn(made, turn);
        expect(shownPath(made)).toContain(turn);
        expect(made.turns).toEqual(before);
        expect(siblingsOf(made, turn)).toContain(turn);
        const siblings = siblingsOf(made, turn);
        expect(readBranches(made).get(turn.id)).toEqual({ position: siblings.indexOf(turn) + 1, count: siblings.length });
      }),
    );
  });

  it('a step to a sibling and back shows the same', () => {
    fc.assert(
      fc.property(anyTree, fc.nat(), (made, index) => {
        const path = shownPath(made);
        const turn = path[index % Math.max(1, path.length)];
        if (turn === undefined || !showSibling(made, turn, 1)) return;
        const other = shownPath(made)[path.indexOf(turn)];
        expect(other).not.toBe(turn);
        if (other !== undefined) showSibling(made, other, -1);
        expect(shownPath(made)).toEqual(path);
      }),
    );
  });
});
