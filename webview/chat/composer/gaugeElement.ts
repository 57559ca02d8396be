import * as l10n from '@vscode/l10n';
import type { GaugeView } from '../../../src/contract/webview/chatMessages';
import { formatNumber } from '../../shared/format';
import { element, icon } from '../../shared/dom';

/** Shows how full the context would be with the draft, and warns of what will be left out for it to fit. */
export class Gauge {
  private readonly meter = element('meter', { class: 'gauge-bar' });
  private readonly text = element('span');
  private readonly warnings = element('div', { class: 'gauge-warnings', attributes: { role: 'status' } });
  private readonly line = element('div', { class: 'gauge-line' }, [this.meter, this.text]);
  readonly element = element('div', { class: 'gauge' }, [this.line, this.warnings]);

  private shown = '';

  update(gauge: GaugeView | undefined): void {
    this.element.hidden = gauge === undefined;
    if (gauge === undefined) return;
    const { usedTokens, contextTokens, isEstimate, warnings } = gauge;
    const used = formatNumber(usedTokens);
    const total = formatNumber(contextTokens);
    const text = isEstimate ? l10n.t('about {0} of {1} tokens', used, total) : l10n.t('{0} of {1} tokens', used, total);
    this.text.textContent = text;
    this.meter.max = contextTokens;
    this.meter.value = usedTokens;
    this.meter.setAttribute('aria-label', l10n.t('Context used'));
    this.meter.setAttribute('aria-valuetext', text);
    this.element.classList.toggle('is-over', warnings.length > 0);
    // Written only when they change: a screen reader announces each write.
    if (warnings.join('\n') === this.shown) return;
    this.shown = warnings.join('\n');
    this.warnings.replaceChildren(
      ...warnings.map((warning) => element('div', { class: 'gauge-warning' }, [icon('info'), element('span', { text: warning })])),
    );
  }
}
