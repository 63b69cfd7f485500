/** What the stage could not do, counted by name: part of the fidelity report. */
export class StageReport {
  applied = 0;
  readonly counts: Record<string, number> = {};
  readonly frames: string[] = [];

  count(name: string, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }
}
