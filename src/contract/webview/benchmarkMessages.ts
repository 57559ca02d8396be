/** The contract between the benchmark's page and its host. The page is written by the host, whole; it says which button was pressed. */

/** What came of a button: shown beside the buttons and read out. */
export interface BenchmarkHostMessage {
  readonly type: 'notice';
  readonly text: string;
}

export interface BenchmarkWebviewMessage {
  readonly type: 'action';
  readonly id: string;
}
