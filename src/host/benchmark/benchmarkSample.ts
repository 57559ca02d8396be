import * as v from 'valibot';
import places from './benchmarkSample.json';

const place = v.strictObject({
  path: v.string(),
  language: v.string(),
  prefix: v.string(),
  /** What stood at the cursor. */
  missing: v.pipe(v.string(), v.minLength(1)),
  suffix: v.string(),
});

export type SamplePlace = v.InferOutput<typeof place>;

/** Places in code written for this: ghost text is asked for at each, and held against what stood there. */
export const sample: readonly SamplePlace[] = spread(v.parse(v.array(place), places));

/** In an order in which the first ones are of many languages and files, as a slow model gets no further; none follows one of its own file. */
function spread(all: readonly SamplePlace[]): readonly SamplePlace[] {
  const seen = new Map<string, number>();
  const ranked = all.map((each) => {
    const rank = seen.get(each.path) ?? 0;
    seen.set(each.path, rank + 1);
    return { each, rank };
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ each }) => each);
}
