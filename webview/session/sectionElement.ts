import type { ChartView, FactView, LaneLine, SectionView } from '../../src/contract/webview/sessionMessages';
import { element, icon } from '../shared/dom';
import { ChartElement } from './chartElement';
import { KeyedList, setText, type Shown } from '../shared/keyedList';

/** A part of the page under its heading. A section never changes its kind, because its key would be another. */
export class SectionElement implements Shown<SectionView> {
  readonly element: HTMLElement;
  private readonly heading: HTMLElement;
  private readonly note = element('p', { class: 'section-note' });
  private readonly showContent: (section: SectionView) => void;

  constructor({ kind, id }: SectionView) {
    const headingId = `section-${id}`;
    this.heading = element('h2', { attributes: { id: headingId } });
    const [content, show] = createContent(kind);
    this.showContent = show;
    this.element = element('section', { class: 'section', attributes: { 'aria-labelledby': headingId } }, [
      this.heading,
      content,
      this.note,
    ]);
  }

  update(section: SectionView): void {
    setText(this.heading, section.title);
    this.showContent(section);
    setText(this.note, section.note);
    this.note.hidden = section.note === '';
  }
}

type Content = readonly [element: HTMLElement, show: (section: SectionView) => void];

function createContent(kind: SectionView['kind']): Content {
  switch (kind) {
    case 'lanes': {
      const list = element('ul', { class: 'lanes' });
      const lines = new KeyedList<LaneLine, LaneElement>(
        list,
        (line) => `${line.kind} ${line.id}`,
        (line) => new LaneElement(line),
      );
      return hideWhenEmpty(list, (section) => {
        if (section.kind === 'lanes') lines.update(section.lines);
      });
    }
    case 'facts': {
      const list = element('dl', { class: 'facts' });
      const facts = new KeyedList<FactView, FactElement>(
        list,
        ({ label }) => label,
        () => new FactElement(),
      );
      return hideWhenEmpty(list, (section) => {
        if (section.kind === 'facts') facts.update(section.facts);
      });
    }
    case 'charts': {
      const list = element('div', { class: 'charts' });
      const charts = new KeyedList<ChartView, ChartElement>(
        list,
        ({ title }) => title,
        () => new ChartElement(),
      );
      return hideWhenEmpty(list, (section) => {
        if (section.kind === 'charts') charts.update(section.charts);
      });
    }
  }
}

/** Hides an empty list, so that a screen reader does not stop at it. */
function hideWhenEmpty(list: HTMLElement, update: (section: SectionView) => void): Content {
  return [
    list,
    (section) => {
      update(section);
      list.hidden = list.children.length === 0;
    },
  ];
}

const laneIcons: Readonly<Record<LaneLine['kind'], string>> = { chat: 'comment-discussion', ghost: 'edit', empty: 'circle-large-outline' };

class LaneElement implements Shown<LaneLine> {
  private readonly label = element('span', { class: 'lane-label', attributes: { dir: 'auto' } });
  private readonly description = element('span', { class: 'lane-description' });
  private readonly amount = element('span', { class: 'lane-amount' });
  /** Hidden from screen readers, as the amount says the same in words. */
  private readonly meter = element('meter', { class: 'lane-meter', attributes: { 'aria-hidden': 'true' } });
  readonly element: HTMLElement;

  constructor({ kind }: LaneLine) {
    this.element = element('li', { class: 'lane' }, [icon(laneIcons[kind]), this.label, this.description, this.amount, this.meter]);
    this.element.dataset['kind'] = kind;
  }

  update({ label, description, amount, fraction }: LaneLine): void {
    setText(this.label, label);
    this.label.title = label;
    setText(this.description, description);
    this.description.title = description;
    setText(this.amount, amount);
    this.meter.hidden = fraction === undefined;
    this.meter.value = fraction ?? 0;
  }
}

class FactElement implements Shown<FactView> {
  private readonly label = element('dt');
  private readonly value = element('dd');
  readonly element = element('div', { class: 'fact' }, [this.label, this.value]);

  update({ label, value }: FactView): void {
    setText(this.label, label);
    setText(this.value, value);
  }
}
