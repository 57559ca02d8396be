import * as v from 'valibot';
import type { Metrics } from '../../contract/metrics';
import { Emitter, type Disposable, type Event } from '../../util/event';
import type { EngineErrorData } from '../../contract/engineErrors';
import type { SessionHostMessage, SessionPage, SessionWebviewMessage } from '../../contract/webview/sessionMessages';
import type { ClearResult, ParkResult, SessionView } from '../../contract/sessionFacts';
import type { LanguageModel, EngineState, WorkerControl } from '../llm/languageModel';
import { isProblemActionId, type ProblemActionId } from '../ui/errorActions';
import type { Log } from '../services/log';
import type { Labels } from './laneLabels';
import type { PageParts, SessionActionId } from './sessionPage';
import { Refresher, type RefresherOptions } from './refresher';
import type { ReportFacts } from './issueReport';
import type { Savings } from './savings';

/** Every word the view says; an interface, so that it runs without VS Code in tests. `sessionTexts.ts` has the words. */
export interface SessionWords {
  page(parts: PageParts): SessionPage;
  parking(): string;
  parked(result: ParkResult): string;
  cleared(result: ClearResult): string;
  copied(): string;
  /** The engine went away before it could do it. */
  notReady(): string;
}

export interface SessionControllerDeps extends Pick<RefresherOptions, 'now' | 'after'> {
  readonly engine: LanguageModel;
  readonly worker: WorkerControl;
  readonly onDidFinish: Event<Metrics>;
  readonly savings: Savings;
  readonly labels: Labels;
  readonly words: SessionWords;
  readonly log: Log;
  readonly runAction: (id: Exclude<ProblemActionId, 'retry'>) => void;
  /** Asks whether to clear, as the next requests have to wait for it. */
  readonly confirmClear: (view: SessionView) => Promise<boolean>;
  readonly copy: (report: ReportFacts) => Promise<void>;
  /** What a report has beside what the engine knows. */
  readonly surroundings: () => Pick<ReportFacts, 'versions' | 'machine' | 'config'>;
}

/** The session view without its webview: what it shows, when it looks, and what its buttons do. */
export class SessionController implements Disposable {
  private readonly messages = new Emitter<SessionHostMessage>((error) => {
    this.deps.log.error(`view: ${String(error)}`);
  });
  private readonly refresher: Refresher;
  private readonly subscriptions: readonly Disposable[];
  private lastError: EngineErrorData | undefined;
  /** The session as it was seen last; nothing without a ready worker. */
  private view: SessionView | undefined;
  private shown: EngineState;

  private readonly actions: Readonly<Record<OwnAction, () => void | Promise<void>>> = {
    start: () => {
      this.deps.engine.start();
    },
    park: async () => {
      const { worker, words } = this.deps;
      this.notice(words.parking());
      const result = await worker.park();
      this.notice(result ? words.parked(result) : words.notReady());
    },
    clear: () => this.clear(),
    copyReport: async () => {
      const { engine, worker, copy, surroundings, words } = this.deps;
      const view = await this.current();
      await copy({ ...surroundings(), worker: worker.hello, state: engine.state, view, lastError: this.lastError });
      this.notice(words.copied());
    },
  };

  readonly onMessage: Event<SessionHostMessage> = this.messages.event;

  constructor(private readonly deps: SessionControllerDeps) {
    const { engine, onDidFinish, savings } = deps;
    this.shown = engine.state;
    this.refresher = new Refresher({ look: () => this.look(), now: deps.now, after: deps.after });
    this.subscriptions = [
      engine.onDidChangeState((state) => {
        if (state.kind === 'failed' || state.kind === 'restarting') this.lastError = state.error;
        if (state.kind === 'ready') savings.measured(state.facts.prefillTokensPerSecond);
        else this.view = undefined;
        // At once, and without asking: a worker that does not respond would not say so.
        if (isAnother(state, this.shown)) this.show();
        this.refresher.change();
      }),
      onDidFinish(({ reusedTokens, generatedTokens }) => {
        // A request that was cancelled before it had a token would not have waited for its prompt either.
        if (generatedTokens > 0) savings.add(reusedTokens);
        this.refresher.change();
      }),
    ];
  }

  /** The page has loaded, and is seen. */
  viewReady(): void {
    this.deps.labels.forget();
    this.refresher.show();
  }

  /** A conversation is called something else. */
  renamed(): void {
    this.deps.labels.forget();
    this.refresher.change();
  }

  /** It is hidden, or thrown away: nothing is looked at any more. */
  viewClosed(): void {
    this.refresher.hide();
  }

  /** A button was pressed. Ids come from the webview: one that is not ours does nothing. */
  async act(id: string): Promise<void> {
    if (isOwnAction(id)) await this.actions[id]();
    else if (isProblemActionId(id) && id !== 'retry') this.deps.runAction(id);
    this.refresher.change();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.refresher.dispose();
    this.messages.dispose();
  }

  private async clear(): Promise<void> {
    const { worker, words, confirmClear } = this.deps;
    const view = await this.current();
    if (view && !(await confirmClear(view))) return;
    const result = view && (await worker.clear());
    this.notice(result ? words.cleared(result) : words.notReady());
  }

  private async look(): Promise<boolean> {
    const { labels, savings, log } = this.deps;
    this.view = await this.current();
    if (this.view) savings.measured(this.view.prefillTokensPerSecond);
    const { lanes, parked } = this.view ?? { lanes: [], parked: [] };
    try {
      await labels.learn([...lanes, ...parked.filter(({ own }) => own)]);
    } catch (error) {
      log.warn(`titles: ${String(error)}`);
    }
    this.show();
    return lanes.some(({ busy }) => busy);
  }

  /** The session as it is, or as it was before the worker stopped responding: nobody is kept waiting for that to end. */
  private current(): Promise<SessionView | undefined> {
    const { engine, worker } = this.deps;
    const isAnswering = engine.state.kind === 'ready' && engine.state.responding;
    return isAnswering ? worker.session() : Promise.resolve(this.view);
  }

  private show(): void {
    const { engine, labels, savings, words } = this.deps;
    this.shown = engine.state;
    const page = words.page({ state: engine.state, view: this.view, today: savings.today, labelOf: (content) => labels.of(content) });
    this.messages.fire({ type: 'page', page });
  }

  private notice(text: string): void {
    this.messages.fire({ type: 'notice', text });
  }
}

/** Whether more has changed than how far a model is loaded. */
function isAnother(a: EngineState, b: EngineState): boolean {
  return a.kind !== b.kind || (a.kind === 'ready' && b.kind === 'ready' && a.responding !== b.responding);
}

type OwnAction = Exclude<SessionActionId, 'restartEngine'>;

function isOwnAction(id: string): id is OwnAction {
  return id === 'start' || id === 'park' || id === 'clear' || id === 'copyReport';
}

const webviewMessage = v.variant('type', [v.object({ type: v.literal('ready') }), v.object({ type: v.literal('action'), id: v.string() })]);

/** A message from the webview, or `undefined` for anything that is none. */
export function parseSessionMessage(value: unknown): SessionWebviewMessage | undefined {
  const result = v.safeParse(webviewMessage, value);
  return result.success ? result.output : undefined;
}
