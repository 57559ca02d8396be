/**
 * A conversation's turns as a tree. A question that is asked anew, in the same words or in others, is a sibling of the turn it was asked
 * anew from; at each fork one child is shown. All that stands here follows from a record alone.
 */

import type { BranchView } from '../../../contract/webview/chatMessages';

export interface TreeNode {
  readonly id: string;
  /** The turn this one follows; absent for one that begins the conversation. */
  readonly parent?: string;
}

export interface TurnTree<T extends TreeNode> {
  /** In the order asked: a turn stands after the one it follows. */
  turns: T[];
  /** At a fork, the id of the child that is shown, by the id of the turn they follow; the youngest where none is named. */
  shown: Record<string, string>;
}

/** Key in {@link TurnTree.shown} of the turns that begin the conversation. */
const BEGINNING = '';

/** The turns that are shown, the first one first. */
export function shownPath<T extends TreeNode>(tree: TurnTree<T>): T[] {
  const children = childrenOf(tree.turns);
  const path: T[] = [];
  for (let key = BEGINNING; ;) {
    const turn = chosen(children.get(key) ?? [], tree.shown[key]);
    if (turn === undefined) return path;
    path.push(turn);
    key = turn.id;
  }
}

/** The turns that lead to the one with this id, itself the last; none where there is no such turn. */
export function pathTo<T extends TreeNode>({ turns }: TurnTree<T>, id: string | undefined): T[] {
  const byId = new Map(turns.map((turn) => [turn.id, turn]));
  const path: T[] = [];
  for (let turn = id === undefined ? undefined : byId.get(id); turn !== undefined;) {
    path.push(turn);
    turn = turn.parent === undefined ? undefined : byId.get(turn.parent);
  }
  return path.reverse();
}

/** All turns that follow the same one as `turn`, itself among them, the oldest first. */
export function siblingsOf<T extends TreeNode>({ turns }: TurnTree<T>, turn: TreeNode): T[] {
  return turns.filter(({ parent }) => parent === turn.parent);
}

/** The place of every turn, by its id. Takes one pass: a conversation that was imported may have thousands of turns. */
export function readBranches({ turns }: Pick<TurnTree<TreeNode>, 'turns'>): ReadonlyMap<string, BranchView> {
  const places = [...childrenOf(turns).values()].flatMap((siblings) =>
    siblings.map(({ id }, index) => [id, { position: index + 1, count: siblings.length }] as const),
  );
  return new Map(places);
}

/** Puts `turn`, which nothing follows yet, into the tree, and shows it. */
export function addTurn<T extends TreeNode>(tree: TurnTree<T>, turn: T): void {
  tree.turns.push(turn);
  showTurn(tree, turn);
}

/** Takes `turn` out where nothing follows it; whether it did. */
export function removeTurn(tree: TurnTree<TreeNode>, turn: TreeNode): boolean {
  const index = tree.turns.findIndex(({ id }) => id === turn.id);
  if (index < 0 || tree.turns.some(({ parent }) => parent === turn.id)) return false;
  tree.turns.splice(index, 1);
  const key = turn.parent ?? BEGINNING;
  if (tree.shown[key] === turn.id) forget(tree, key);
  return true;
}

/** Shows `turn`, and below it what was shown there last. */
export function showTurn(tree: TurnTree<TreeNode>, turn: TreeNode): void {
  for (const step of pathTo(tree, turn.id)) {
    const key = step.parent ?? BEGINNING;
    // What needs no choice is not noted, so that the record of a conversation without forks has none.
    if (siblingsOf(tree, step).at(-1)?.id === step.id) forget(tree, key);
    else tree.shown[key] = step.id;
  }
}

/** Shows the sibling so many places after `turn`, or before it; whether there is one. */
export function showSibling(tree: TurnTree<TreeNode>, turn: TreeNode, places: number): boolean {
  const siblings = siblingsOf(tree, turn);
  const sibling = siblings[siblings.findIndex(({ id }) => id === turn.id) + places];
  if (sibling === undefined) return false;
  showTurn(tree, sibling);
  return true;
}

/** Whether ids are distinct, none is empty, and each turn stands after the one it follows: then every path ends. */
export function isTree(turns: readonly TreeNode[]): boolean {
  const known = new Set<string>();
  return turns.every(({ id, parent }) => {
    if (id === BEGINNING || known.has(id) || (parent !== undefined && !known.has(parent))) return false;
    known.add(id);
    return true;
  });
}

function childrenOf<T extends TreeNode>(turns: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const children = new Map<string, T[]>();
  for (const turn of turns) {
    const key = turn.parent ?? BEGINNING;
    const siblings = children.get(key);
    if (siblings === undefined) children.set(key, [turn]);
    else siblings.push(turn);
  }
  return children;
}

function chosen<T extends TreeNode>(siblings: readonly T[], id: string | undefined): T | undefined {
  return siblings.find((turn) => turn.id === id) ?? siblings.at(-1);
}

function forget(tree: TurnTree<TreeNode>, key: string): void {
  tree.shown = Object.fromEntries(Object.entries(tree.shown).filter(([other]) => other !== key));
}
