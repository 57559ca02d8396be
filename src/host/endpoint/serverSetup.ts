/** The steps that lead to a server: its address, a key where it wants one, the model, and what it is for. Nothing changes before the last. */
import * as vscode from 'vscode';
import { describeProblem } from '../ui/errorMessages';
import { openApi } from '../llm/server/serverConnection';
import { remoteFailure } from '../llm/server/serverFailures';
import { remoteLimits } from '../llm/server/serverLimits';
import { isLoopback, parseEndpoint, withQuery } from '../llm/server/serverSettings';
import type { Config } from '../services/config';
import type { EndpointKeys } from './serverKeys';

export interface EndpointChoice {
  readonly url: string;
  readonly model: string;
  readonly useFor: Config['endpoint.useFor'];
}

/** Where most people's own server is: llama-server's address. */
const usualAddress = 'http://127.0.0.1:8080/v1';

/** @returns `undefined` where the user went no further */
export async function chooseEndpoint(before: Config, keys: EndpointKeys): Promise<EndpointChoice | undefined> {
  let address = before['endpoint.url'] || usualAddress;
  for (;;) {
    const typed = await askAddress(address);
    const url = typed === undefined ? undefined : parseEndpoint(typed);
    if (typed === undefined || url === undefined) return undefined;
    address = withQuery(url, typed);
    const found = await askModels(address, url, keys);
    if (found === 'left') return undefined;
    if (found === 'again') continue;
    const model = await chooseModel(found.models, before['endpoint.model']);
    if (model === undefined) return undefined;
    const useFor = await chooseUse(url);
    return useFor && { url: withQuery(found.url, address), model, useFor };
  }
}

/** Asks for a key and keeps it. `false` where the user did not give one. */
export async function askKey(url: URL, keys: EndpointKeys): Promise<boolean> {
  const key = await vscode.window.showInputBox({
    title: vscode.l10n.t('Key for {0}', url.host),
    prompt: vscode.l10n.t('It is kept where VS Code keeps secrets, and sent to this server alone. Empty for none.'),
    password: true,
    ignoreFocusOut: true,
  });
  if (key === undefined) return false;
  await keys.set(url, key.trim());
  return true;
}

async function askAddress(value: string): Promise<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Set Up a Server (1 of 3): address'),
    prompt: vscode.l10n.t('Of an OpenAI-compatible API: vLLM, llama-server, Ollama. It often ends in /v1.'),
    value,
    ignoreFocusOut: true,
    validateInput: (text) =>
      parseEndpoint(text) === undefined
        ? vscode.l10n.t('This is no address. Write it like {0}', usualAddress)
        : inTheClear(parseEndpoint(text)),
  });
}

function inTheClear(url: URL | undefined): vscode.InputBoxValidationMessage | undefined {
  if (url === undefined || url.protocol === 'https:' || isLoopback(url)) return undefined;
  return {
    message: vscode.l10n.t('Over http your code and the key travel in the clear. Use https unless you trust the whole network in between.'),
    severity: vscode.InputBoxValidationSeverity.Warning,
  };
}

interface FoundModels {
  /** Base address of the API, with the /v1 that may have been left out. */
  readonly url: URL;
  readonly models: readonly string[];
}

/** The models there are; or what the user wants where they cannot be had. */
async function askModels(address: string, url: URL, keys: EndpointKeys): Promise<FoundModels | 'again' | 'left'> {
  for (;;) {
    try {
      return await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Asking {0} for its models…', url.host) },
        async () => {
          const api = await openApi(address, await keys.get(url), remoteLimits);
          return { url: api.url, models: api.models.map(({ id }) => id) };
        },
      );
    } catch (error) {
      const failure = remoteFailure(error, url.host);
      if (failure.kind === 'endpoint' && failure.reason === 'key') {
        if (!(await askKey(url, keys))) return 'left';
        continue;
      }
      const retry = vscode.l10n.t('Try Again');
      const change = vscode.l10n.t('Change Address');
      const picked = await vscode.window.showErrorMessage(describeProblem(failure).message, retry, change);
      if (picked === change) return 'again';
      if (picked !== retry) return 'left';
    }
  }
}

async function chooseModel(models: readonly string[], before: string): Promise<string | undefined> {
  const [only, ...others] = [...models].sort((a, b) => Number(b === before) - Number(a === before));
  if (only === undefined || others.length === 0) return only ?? '';
  return vscode.window.showQuickPick([only, ...others], { title: vscode.l10n.t('Set Up a Server (2 of 3): model'), ignoreFocusOut: true });
}

async function chooseUse(url: URL): Promise<EndpointChoice['useFor'] | undefined> {
  const items = [
    { label: vscode.l10n.t('Chat and ghost text'), useFor: 'both' as const, detail: vscode.l10n.t('No model is loaded on this machine.') },
    { label: vscode.l10n.t('Chat'), useFor: 'chat' as const, detail: vscode.l10n.t('Ghost text stays on this machine.') },
    { label: vscode.l10n.t('Ghost text'), useFor: 'ghostText' as const, detail: vscode.l10n.t('The chat stays on this machine.') },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Set Up a Server (3 of 3): what it is for'),
    placeHolder: isLoopback(url)
      ? vscode.l10n.t('{0} is on this machine: nothing leaves it', url.host)
      : vscode.l10n.t('What you ask, with the code that belongs to it, is sent to {0}', url.host),
    ignoreFocusOut: true,
  });
  return picked?.useFor;
}
