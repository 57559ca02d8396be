/**
 * What went wrong, as a sentence for the user: what happened, what to do, and the buttons that do it. Every feature that meets an
 * {@link EngineErrorData} says it with these words.
 */
import { l10n } from 'vscode';
import type { EngineErrorData } from '../../contract/engineErrors';
import type { ProblemActionId } from './errorActions';
import { formatCount, formatGigabytes } from './numberFormat';

export { formatGigabytes as gigabytes } from './numberFormat';

export { commandOf } from './errorActions';

export interface ProblemAction {
  readonly id: ProblemActionId;
  readonly label: string;
}

export interface Problem {
  readonly message: string;
  readonly actions: readonly ProblemAction[];
}

/** `error` in the user's language. `retry` is offered only where the same request may succeed with nothing changed. */
export function describeProblem(error: EngineErrorData): Problem {
  return { message: messageOf(error), actions: actionsOf(error).map((id) => ({ id, label: labelOf(id) })) };
}

/** The label of a button, for features that offer one of their own accord. */
export function labelOf(id: ProblemActionId): string {
  switch (id) {
    case 'retry':
      return l10n.t('Try Again');
    case 'restartEngine':
      return l10n.t('Restart Engine');
    case 'loadAnyway':
      return l10n.t('Load Anyway');
    case 'chooseModel':
      return l10n.t('Choose Another Model…');
    case 'chooseModelFile':
      return l10n.t('Choose Model File…');
    case 'useEmbeddedModel':
      return l10n.t('Use Embedded Model');
    case 'configureEndpoint':
      return l10n.t('Set Up Server…');
    case 'setEndpointKey':
      return l10n.t('Set Key…');
    case 'turnOffEndpoint':
      return l10n.t('Use This Machine');
    case 'showLog':
      return l10n.t('Show Log');
    case 'openSettings':
      return l10n.t('Open Settings');
  }
}

function actionsOf(error: EngineErrorData): readonly ProblemActionId[] {
  switch (error.kind) {
    case 'modelNotFound':
    case 'notGguf':
    case 'modelTruncated':
    case 'modelVersion':
    case 'modelBroken':
    case 'modelParts':
    case 'unsupportedArchitecture':
    case 'noModel':
    case 'chatTemplate':
      return ['chooseModel', 'useEmbeddedModel'];
    case 'outOfMemory':
      return ['chooseModel', 'openSettings', 'retry'];
    case 'doesNotFit':
      return ['loadAnyway', 'chooseModel', 'openSettings'];
    case 'relativePath':
      return ['chooseModelFile', 'openSettings', 'useEmbeddedModel'];
    case 'promptTooLong':
      return ['openSettings'];
    case 'engineUnavailable':
    case 'versionMismatch':
      return ['showLog', 'restartEngine'];
    case 'workerUnavailable':
      return ['restartEngine', 'openSettings', 'showLog'];
    case 'restarted':
      return ['retry'];
    case 'workerDied':
      return error.cause === 'memory' ? ['chooseModel', 'openSettings', 'retry'] : ['retry', 'restartEngine', 'showLog'];
    case 'endpoint':
      return error.reason === 'key' ? ['setEndpointKey', 'turnOffEndpoint'] : ['retry', 'configureEndpoint', 'turnOffEndpoint'];
    case 'internal':
      return ['retry', 'restartEngine', 'showLog'];
  }
}

function messageOf(error: EngineErrorData): string {
  switch (error.kind) {
    case 'modelNotFound':
      return l10n.t('The model file {0} cannot be opened. Put it back, choose another one, or use the embedded model.', error.path);
    case 'notGguf':
      return notGguf(error);
    case 'modelTruncated':
      return error.neededBytes > 0
        ? l10n.t(
            'The model file {0} ends early: {1} of its {2} bytes are there. Download it again, or choose another one.',
            error.path,
            formatCount(error.bytes),
            formatCount(error.neededBytes),
          )
        : l10n.t('The model file {0} ends early. Download it again, or choose another one.', error.path);
    case 'modelVersion':
      return error.age === 'newer'
        ? l10n.t(
            'The model file {0} is in a format newer than this version of Paddock. Update Paddock, or choose another file.',
            error.path,
          )
        : l10n.t(
            'The model file {0} is in an old format that is no longer read. Download a newer file of the model, or choose another one.',
            error.path,
          );
    case 'modelBroken':
      return modelBroken(error);
    case 'modelParts':
      return modelParts(error);
    case 'relativePath':
      return l10n.t(
        'The settings name the model by “{0}”, which does not say in which folder it is. Give the whole path, or one that begins with ~/ for your home folder.',
        error.path,
      );
    case 'outOfMemory':
      return outOfMemory(error);
    case 'doesNotFit':
      return doesNotFit(error);
    case 'unsupportedArchitecture':
      return l10n.t('Models of the architecture “{0}” cannot be run. Choose another model file.', error.architecture);
    case 'engineUnavailable':
      return l10n.t('llama.cpp could not be loaded on this machine ({0}). The log says more.', error.detail);
    case 'versionMismatch':
      return l10n.t('Parts of Paddock have different versions. Reload the window, and reinstall the extension if that does not help.');
    case 'promptTooLong':
      return l10n.t(
        'The question is too long for the model: {0} tokens where {1} fit. Shorten it, select less, or raise the context size.',
        formatCount(error.promptTokens),
        formatCount(error.contextTokens),
      );
    case 'noModel':
      return l10n.t('No model is loaded. Choose a model file, or use the embedded model.');
    case 'workerUnavailable':
      return l10n.t('The process that runs the model could not be started ({0}). Restart it, or choose another runtime.', error.detail);
    case 'workerDied':
      return workerDied(error);
    case 'restarted':
      return l10n.t('The engine was restarted while this was being answered. Try again.');
    case 'chatTemplate':
      return l10n.t('This model’s chat template cannot be used ({0}). Choose another model file.', error.detail);
    case 'endpoint':
      return endpointFailed(error);
    case 'internal':
      return l10n.t('Something went wrong inside Paddock ({0}). Try again; the log says more.', error.detail);
  }
}

function notGguf({ path, found }: Extract<EngineErrorData, { kind: 'notGguf' }>): string {
  switch (found) {
    case 'empty':
      return l10n.t('The model file {0} is empty. Download it again, or choose another one.', path);
    case 'webPage':
      return l10n.t(
        'The file {0} is a web page and not a model: the download was refused, or wanted somebody to sign in. Download the model again, or choose another file.',
        path,
      );
    case 'pointer':
      return l10n.t('The file {0} only says where Git LFS keeps the model. Download the model itself, or choose another file.', path);
    case 'other':
      return l10n.t('The file {0} is not a model in the GGUF format. Choose another file, or use the embedded model.', path);
  }
}

function modelBroken({ path, part, detail }: Extract<EngineErrorData, { kind: 'modelBroken' }>): string {
  switch (part) {
    case 'metadata':
      return l10n.t(
        'The model file {0} is damaged: what it says of its model cannot be right ({1}). Download it again, or choose another one.',
        path,
        detail,
      );
    case 'vocabulary':
      return l10n.t(
        'The model file {0} is damaged: its vocabulary is wrong ({1}). Download it again, or choose another one.',
        path,
        detail,
      );
    case 'tensors':
      return l10n.t(
        'The model file {0} is damaged: its weights are not as it describes them ({1}). Download it again, or choose another one.',
        path,
        detail,
      );
    default:
      return l10n.t('The model file {0} is damaged ({1}). Download it again, or choose another one.', path, detail);
  }
}

function modelParts({ path, problem, part, parts }: Extract<EngineErrorData, { kind: 'modelParts' }>): string {
  if (problem === 'missing') {
    return l10n.t(
      'Part {0} of {1} of this model is missing: {2}. Put it into the folder of the other parts, or choose another model.',
      formatCount(part),
      formatCount(parts),
      path,
    );
  }
  return l10n.t(
    'The file {0} is part {1} of a model in {2} parts, and its name does not say so. Rename the parts so that their names end in {3} and so on, all in one folder, or choose another model.',
    path,
    formatCount(part),
    formatCount(parts),
    `-${String(part).padStart(5, '0')}-of-${String(parts).padStart(5, '0')}.gguf`,
  );
}

function endpointFailed({ host, reason, detail }: Extract<EngineErrorData, { kind: 'endpoint' }>): string {
  switch (reason) {
    case 'unreachable':
      return l10n.t(
        'The server {0} cannot be reached ({1}). Start it, correct its address, or use the model on this machine.',
        host,
        detail,
      );
    case 'certificate':
      return l10n.t(
        'The certificate of the server {0} is not trusted ({1}). Have the system trust whoever issued it, or correct the address.',
        host,
        detail,
      );
    case 'key':
      return l10n.t('The server {0} wants another key ({1}). Set the one it was given.', host, detail);
    case 'notFound':
      return l10n.t(
        'The server {0} does not have this model, or cannot do this ({1}). Choose another model, or another use for the server.',
        host,
        detail,
      );
    case 'busy':
      return l10n.t('The server {0} has too much to do ({1}). Try again in a while, or use the model on this machine.', host, detail);
    case 'failed':
      return l10n.t('The server {0} failed ({1}). Try again; its own log says more.', host, detail);
    case 'timeout':
      return l10n.t('The server {0} did not answer in time ({1}). Try again, or use the model on this machine.', host, detail);
    case 'malformed':
      return l10n.t(
        'The server {0} gave an answer that cannot be read ({1}). Correct the address: it has to be that of an OpenAI-compatible API, which often ends in /v1.',
        host,
        detail,
      );
    case 'brokenOff':
      return l10n.t('The server {0} broke off in the midst of its answer. What it had written is kept; try again.', host);
    case 'address':
      return l10n.t(
        'There is no OpenAI-compatible API at this address of the server {0} ({1}). Correct the address: it often ends in /v1.',
        host,
        detail,
      );
    case 'oversize':
      return l10n.t(
        'The server {0} wrote more than it was asked for, so its answer was cut off ({1}). What it had written is kept; try again.',
        host,
        detail,
      );
    case 'onlyThought':
      return l10n.t(
        'The model on the server {0} only thought and wrote no answer. Raise the length limit of answers in the settings, or ask for something smaller.',
        host,
      );
    case 'refused':
      return l10n.t('The server {0} refused the request ({1}). Shorten the question, or correct the setup.', host, detail);
  }
}

function workerDied({ cause, detail }: Extract<EngineErrorData, { kind: 'workerDied' }>): string {
  switch (cause) {
    case 'memory':
      return l10n.t(
        'The process that runs the model was ended by the system because memory ran out. What it had written is kept. Close other programs, choose a smaller model, or lower the context size.',
      );
    case 'hang':
      return l10n.t('The process that runs the model no longer answered and was ended. What it had written is kept; try again.');
    default:
      return l10n.t('The process that runs the model ended unexpectedly ({0}). What it had written is kept; try again.', detail);
  }
}

/** What is said while another worker is started by itself. */
export function describeRestart(error: EngineErrorData): string {
  const cause = error.kind === 'workerDied' ? error.cause : undefined;
  switch (cause) {
    case 'memory':
      return l10n.t(
        'The process that runs the model was ended by the system because memory ran out. It is being restarted; close other programs, choose a smaller model, or lower the context size.',
      );
    case 'hang':
      return l10n.t('The process that runs the model no longer answered and was ended. It is being restarted.');
    default:
      return l10n.t('The process that runs the model ended unexpectedly. It is being restarted.');
  }
}

function doesNotFit({ neededBytes, freeBytes, others, othersBytes }: Extract<EngineErrorData, { kind: 'doesNotFit' }>): string {
  const needed = formatGigabytes(neededBytes);
  const free = formatGigabytes(freeBytes);
  const held = formatGigabytes(othersBytes);
  if (others === 0) {
    return l10n.t(
      'This model does not fit into memory: it needs {0} GB and {1} GB can be had. It was not loaded. Close other programs, choose a smaller model, lower the context size, or load it anyway.',
      needed,
      free,
    );
  }
  if (others === 1) {
    return l10n.t(
      'This model does not fit into memory: it needs {0} GB and {1} GB can be had, as the model of another window takes {2} GB. It was not loaded. Close that window, choose a smaller model, lower the context size, or load it anyway.',
      needed,
      free,
      held,
    );
  }
  return l10n.t(
    'This model does not fit into memory: it needs {0} GB and {1} GB can be had, as the models of {2} other windows take {3} GB. It was not loaded. Close a window, choose a smaller model, lower the context size, or load it anyway.',
    needed,
    free,
    formatCount(others),
    held,
  );
}

function outOfMemory(error: Extract<EngineErrorData, { kind: 'outOfMemory' }>): string {
  if (error.neededBytes <= 0 || error.freeBytes <= 0) {
    return l10n.t('There is not enough memory for this model. Close other programs, choose a smaller model, or lower the context size.');
  }
  return l10n.t(
    'There is not enough memory for this model: it needs {0} GB and {1} GB are free. Close other programs, choose a smaller model, or lower the context size.',
    formatGigabytes(error.neededBytes),
    formatGigabytes(error.freeBytes),
  );
}
