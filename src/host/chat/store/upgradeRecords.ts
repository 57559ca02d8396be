/** Older records of conversations as the newest. */
import * as v from 'valibot';

const first = v.looseObject({
  schema: v.literal(1),
  turns: v.array(v.looseObject({ id: v.string(), superseded: v.exactOptional(v.boolean()) })),
});

/**
 * `record` in the shape of schema 2, where it is one of schema 1; anything else as it is. In schema 1 turns were a list, and a turn that
 * failed was `superseded` when its question was asked again in the next: these become siblings.
 */
export function upgraded(record: unknown): unknown {
  const { success, output } = v.safeParse(first, record);
  if (!success) return record;
  let parent: string | undefined;
  const turns = output.turns.map(({ superseded, ...turn }) => {
    const branch = parent === undefined ? turn : { ...turn, parent };
    if (superseded !== true) parent = turn.id;
    return branch;
  });
  return { ...output, schema: 2, turns, shown: {} };
}
