/** The protocol's calls about the run that trains, and those about the runs that the browser keeps. */
import { describeError } from '../error_report';
import { WorkbenchError } from '../errors';
import { writeCheckpoint } from '../graphcast/checkpoint';
import type { Alarm } from '../training/alarms';
import type { EngineParts } from './engine_parts';
import type { ForecastCalls } from './forecast_calls';
import { KeptRuns } from './kept_runs';
import { KernelWatch } from './kernel_watch';
import { newRunParts } from './new_run';
import type { Handlers, RunPhase, TrainingSettings, WorkProgress } from './protocol';
import type { RunFolders } from './run_files';
import { adapterSummary } from './shared_device';
import { type RunParts, TrainingRun } from './training_run';
import { UpdateReports } from './update_reports';

type Call =
  | 'train'
  | 'step'
  | 'pause'
  | 'stop'
  | 'saveRun'
  | 'exportCheckpoint'
  | 'watchKernels'
  | 'openRun'
  | keyof KeptRuns['handlers'];

export class RunCalls {
  private readonly parts: EngineParts;
  private readonly forecasts: ForecastCalls;
  private readonly kept: KeptRuns;
  private readonly kernelWatch: KernelWatch;
  private readonly reports: UpdateReports;
  private run: TrainingRun | undefined;
  /** Forecasts use the run's parameters; a checkpoint or statistics opened after its end come before it. */
  private leads = false;
  private phase: RunPhase = 'idle';
  /** Settles, never rejects, when the run stands still. */
  private advancing: Promise<void> = Promise.resolve();
  /** Cancels the runs that are being prepared or wait for it. */
  private preparing = new AbortController();
  /** Why the device is gone in whose place the run waits for another. */
  private awaited: string | undefined;
  readonly handlers: Pick<Handlers, Call>;

  /** @param runFolders where runs are kept */
  constructor(parts: EngineParts, forecasts: ForecastCalls, runFolders: () => Promise<RunFolders>) {
    this.parts = parts;
    this.forecasts = forecasts;
    const { post } = parts;
    this.kept = new KeptRuns(runFolders, {
      changed: (runs) => post('keptRuns', runs),
      notSaved: (why) => post('notice', { message: notSaved(why) }),
    });
    this.kernelWatch = new KernelWatch((report) => post('kernels', report));
    this.reports = new UpdateReports((reports) => post('updates', reports));
    this.handlers = {
      ...this.kept.handlers,
      removeRun: (which) => {
        if (this.isOpen && this.run?.parts.keeper.id === which.id) {
          throw new WorkbenchError('This run is open: stop it before it is deleted.');
        }
        return this.kept.handlers.removeRun(which);
      },
      openRun: ({ id }) => parts.commands.take(() => this.openKept(id)),
      saveRun: async () => {
        await this.run?.session.saveSoon();
        return undefined;
      },
      train: (settings) => this.start(settings),
      step: (settings) => this.start(settings, 1),
      pause: () => {
        this.cancelPreparing();
        this.run?.pause();
      },
      stop: () => this.stop(),
      exportCheckpoint: async () => {
        if (this.run) return writeCheckpoint(await this.run.session.readCheckpoint());
        throw new WorkbenchError('There is no run whose parameters could be saved: train one first.');
      },
      watchKernels: ({ watch }) => {
        this.kernelWatch.watching = watch;
      },
    };
  }

  /** The run whose parameters forecasts use, once it has learnt something. */
  get leading(): TrainingRun | undefined {
    return this.leads && this.run && this.run.session.updates > 0 ? this.run : undefined;
  }

  get isOpen(): boolean {
    return this.phase === 'running' || this.phase === 'paused' || this.phase === 'preparing';
  }

  /** Forecasts are made of other parameters from now on. */
  stopLeading(): void {
    this.leads = false;
  }

  /** No run that is being prepared will begin. */
  cancelPreparing(): void {
    this.preparing.abort();
    this.preparing = new AbortController();
  }

  /**
   * Ends the run and every forecast; then, before anything else uses the device, `replace` takes place. One of the
   * commands.
   */
  async end(replace = () => {}): Promise<void> {
    this.run?.pause();
    this.forecasts.cancelAll();
    await this.advancing;
    await this.parts.turn.take(async () => {
      this.run?.session.close();
      this.run?.parts.keeper.close();
      this.run = undefined;
      this.forecasts.dropModels();
      replace();
    });
    this.setPhase('idle');
  }

  /** A run that is going asks for another device itself; anything else waits to be asked again. */
  onDeviceGone(why: string): void {
    const { run } = this;
    const recovering = run?.session.isGoing ?? false;
    this.reports.flush();
    if (recovering) {
      this.awaited = why;
      this.setPhase('preparing', 'Asking for the GPU again');
    } else if (run) {
      run.session.close();
      this.announce(run);
    }
    this.parts.post('deviceLost', { message: why, recovering });
  }

  private stop(): Promise<undefined> {
    this.cancelPreparing();
    this.run?.pause();
    return this.parts.commands.take<undefined>(async () => {
      this.run?.pause();
      await this.advancing;
      if (this.run && this.run.session.updates > 0) this.setPhase('finished');
      else await this.end();
    });
  }

  /** Trains with the run that the settings ask for, or with the paused one, for at most `most` updates. */
  private start(settings: TrainingSettings, most?: number): Promise<undefined> {
    const { signal } = this.preparing;
    return this.parts.commands.take(() => this.prepare(settings, signal, most));
  }

  private async prepare(settings: TrainingSettings, signal: AbortSignal, most?: number): Promise<undefined> {
    const before = this.phase;
    if (this.run?.session.isGoing) throw new WorkbenchError('A run is already going: pause it first.');
    this.setPhase('preparing', 'Preparing the run');
    try {
      await this.advancing;
      signal.throwIfAborted();
      this.parts.device.expectOpen();
      const paused = before === 'paused' ? this.run : undefined;
      const run = paused ?? (await this.build(settings, signal));
      await run.session.open();
      if (run !== this.run) await this.kept.begin(run.parts, settings);
      if (signal.aborted && run !== this.run) {
        run.session.close();
        run.parts.keeper.close();
      }
      signal.throwIfAborted();
      this.lead(run);
      this.advancing = this.advance(run, most);
    } catch (error) {
      this.setPhase(before);
      if (!signal.aborted) throw error;
    }
  }

  /** A new run. The former one makes room on the device, but stays in memory until the new one is there. */
  private async build(settings: TrainingSettings, signal: AbortSignal): Promise<TrainingRun> {
    const parts = await newRunParts(this.parts.data, settings, this.kept.newKeeper(), signal, {
      progress: (progress) => this.setPhase('preparing', 'Computing statistics', progress),
      notice: (message) => this.parts.post('notice', { message }),
    });
    this.setPhase('preparing', 'Building the network');
    await this.makeRoom();
    return this.newRun(parts);
  }

  /** Frees the device for another run. */
  private async makeRoom(): Promise<void> {
    this.forecasts.cancelForecast();
    await this.parts.turn.take(async () => {
      this.run?.session.close();
      this.forecasts.dropModels();
    });
  }

  private newRun(parts: RunParts): TrainingRun {
    const { device, turn, post } = this.parts;
    return new TrainingRun(parts, device, turn, this.kernelWatch, {
      update: (report) => this.reports.add(report),
      validating: () => this.setPhase('running', 'Validating on held-out days'),
      validated: (report) => {
        this.reports.flush();
        post('validation', report);
        this.setPhase('running');
      },
      alarm: (alarm) => this.onAlarm(alarm),
      putBack: () => {
        this.reports.flush();
        if (this.run) this.announce(this.run);
      },
    });
  }

  private onAlarm(alarm: Alarm): void {
    const { device, post } = this.parts;
    const { gpu } = device;
    if (alarm.kind === 'device lost' && gpu) {
      this.awaited = undefined;
      this.setPhase('running');
      post('deviceBack', { ...adapterSummary(gpu), update: alarm.update });
    }
    post('alarms', [alarm]);
  }

  /** Opens a run that the browser keeps, on the open data. */
  private async openKept(id: string): Promise<undefined> {
    if (this.isOpen) throw new WorkbenchError('A run is open: stop it before another is opened.');
    await this.advancing;
    const run = this.newRun(await this.kept.open(id, this.parts.data.dataset));
    await this.makeRoom();
    this.lead(run);
    this.setPhase(run.session.isFinished ? 'finished' : 'paused');
  }

  /** Forecasts use the run's parameters from now on. */
  private lead(run: TrainingRun): void {
    const former = this.run?.parts.keeper;
    if (former?.id !== run.parts.keeper.id) former?.close();
    this.run = run;
    this.leads = true;
    this.announce(run);
  }

  /** Never rejects: what goes wrong is posted. */
  private async advance(run: TrainingRun, most?: number): Promise<void> {
    const { device, post } = this.parts;
    this.setPhase('running');
    try {
      await run.advance(most);
    } catch (error) {
      device.dropFaulty();
      this.reports.flush();
      // A device that is gone has been announced already.
      if (device.gpu) {
        this.announce(run);
        post('failed', describeError(error));
      }
    }
    this.reports.flush();
    if (this.awaited !== undefined) {
      post('deviceLost', { message: this.awaited, recovering: false });
      this.awaited = undefined;
    }
    this.setPhase(run.session.isFinished ? 'finished' : 'paused');
  }

  private announce({ session, parts, parameterCount }: TrainingRun): void {
    this.parts.post('runReady', {
      id: parts.keeper.id,
      config: parts.config,
      parameterCount,
      updates: session.total,
      done: session.updates,
      leads: this.leads,
    });
  }

  private setPhase(phase: RunPhase, note?: string, progress?: WorkProgress): void {
    this.phase = phase;
    this.parts.post('phase', { phase, note, progress });
  }
}

function notSaved(why: string): string {
  return `The run cannot be saved in this browser (${why}); it goes on, and is lost when the tab closes: free some space, or save its checkpoint.`;
}
