import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Scores } from './completionQualityScores';

/** An SVG picture: of each language and engine, how often something is shown and how much of that is kept. */
export async function pictureOf(languages: Readonly<Record<string, readonly Scores[]>>): Promise<string> {
  const values = Object.entries(languages).flatMap(([language, columns]) =>
    columns.map(({ name, shown, kept }) => ({ language, engine: name, shown, kept })),
  );
  const spec: TopLevelSpec = {
    width: 480,
    height: 360,
    background: 'white',
    title: 'Ghost text: kept share against shown share',
    data: { values },
    config: { legend: { labelLimit: 300 } },
    mark: { type: 'point', filled: true, size: 80 },
    encoding: {
      x: {
        field: 'shown',
        type: 'quantitative',
        title: 'places where something is shown',
        axis: { format: '%' },
        scale: { domain: [0, 1] },
      },
      y: { field: 'kept', type: 'quantitative', title: 'shown characters that are kept', axis: { format: '%' }, scale: { domain: [0, 1] } },
      color: { field: 'engine', type: 'nominal', title: null },
      shape: { field: 'language', type: 'nominal', title: null },
    },
  };
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
}
