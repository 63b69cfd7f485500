/** What the stage could not do, counted by name: part of the fidelity report. */
export class StageReport {
  readonly counts: Record<string, number> = {};
  /** What could run, navigate or connect, and was taken off; it says nothing about the picture. */
  readonly refused: Record<string, number> = {};

  count(name: string, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }

  readonly refuse = (name: string): void => {
    this.refused[name] = (this.refused[name] ?? 0) + 1;
  };
}
