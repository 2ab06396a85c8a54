using System.ComponentModel;

namespace TrackHub.Cli.Supervising;

/// <summary>Keeps services running: a dead one starts again with back-off, and all stop in order.</summary>
/// <param name="clock">Time of back-offs and deadlines.</param>
/// <param name="say">Told in one line what people should know.</param>
internal sealed class Supervisor(TimeProvider clock, Action<string> say) : IAsyncDisposable
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(10);

    // A service that ran so long is well again: its back-off starts anew.
    private static readonly TimeSpan Healthy = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Lock _telling = new();
    private readonly List<Supervised> _running = [];
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Called when a process took another's place, one call at a time; an <see cref="IOException"/> of it is said and costs nobody anything.</summary>
    public Action? Changed { get; init; }

    /// <summary>The services and their process ids now.</summary>
    public IReadOnlyList<(Service Service, int ProcessId)> Running
    {
        get
        {
            lock (_gate) return [.. _running.Select(static s => (s.Service, s.Process.Id))];
        }
    }

    /// <summary>Starts services together and waits until each serves.</summary>
    /// <param name="services">Services that may start side by side.</param>
    /// <param name="patience">How long one may take.</param>
    /// <param name="progress">Told of each service that serves.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="StartFailedException">One ended or did not serve in time; names its log.</exception>
    public async Task StartAsync(IReadOnlyList<Service> services, TimeSpan patience, Action<Service> progress, CancellationToken cancellationToken)
    {
        var started = services.Select(static service => new Supervised(service, ManagedProcess.Start(service.Plan))).ToList();
        lock (_gate) _running.AddRange(started);
        await Task.WhenAll(started.Select(async supervised =>
        {
            await WaitUntilServingAsync(supervised, patience, cancellationToken);
            progress(supervised.Service);
            supervised.Watch = KeepRunningAsync(supervised);
        }));
    }

    /// <summary>Stops everything, stage by stage; each stage has its share of the time, and whoever is left at the end is ended at once.</summary>
    public async Task StopAsync(TimeSpan deadline)
    {
        lock (_gate) _stopping.Cancel();
        var started = clock.GetTimestamp();
        var stages = _running.GroupBy(static s => s.Service.Stage).OrderBy(static g => g.Key).ToList();
        for (var i = 0; i < stages.Count; i++)
        {
            foreach (var supervised in stages[i]) supervised.Process.RequestStop();
            var left = deadline * (i + 1) / stages.Count - clock.GetElapsedTime(started);
            await Task.WhenAny(Task.WhenAll(stages[i].Select(static s => s.Process.Exited)), Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock));
        }

        foreach (var supervised in _running.Where(static s => !s.Process.Exited.IsCompleted))
        {
            say($"{supervised.Service.Name} did not stop in time and was ended");
            supervised.Process.Kill();
            await supervised.Process.Exited;
        }

        await Task.WhenAll(_running.Select(static s => s.Watch));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        foreach (var supervised in _running) supervised.Process.Dispose();
        _stopping.Dispose();
    }

    private async Task WaitUntilServingAsync(Supervised supervised, TimeSpan patience, CancellationToken cancellationToken)
    {
        var (service, started) = (supervised.Service, clock.GetTimestamp());
        for (string? reason; (reason = await service.Probe(cancellationToken)) is not null;)
        {
            if (supervised.Process.Exited.IsCompleted)
                throw new StartFailedException(service, $"{service.Name} ended with code {supervised.Process.ExitCode} at its start");
            if (clock.GetElapsedTime(started) > patience)
                throw new StartFailedException(service, $"{service.Name} was not ready after {patience.TotalSeconds:0} s ({reason})");
            await Task.Delay(ProbeInterval, clock, cancellationToken);
        }
    }

    private async Task KeepRunningAsync(Supervised supervised)
    {
        var backOff = FirstBackOff;
        while (true)
        {
            var started = clock.GetTimestamp();
            await supervised.Process.Exited;
            if (_stopping.IsCancellationRequested) return;

            if (clock.GetElapsedTime(started) > Healthy) backOff = FirstBackOff;
            say($"{supervised.Service.Name} ended with code {supervised.Process.ExitCode}; starting it again in {backOff.TotalSeconds:0.0} s (log: {supervised.Service.Plan.LogFile})");
            try
            {
                await Task.Delay(backOff, clock, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            backOff = backOff * 2 < LongestBackOff ? backOff * 2 : LongestBackOff;
            if (!TryStartAgain(supervised)) return;

            TellChange();
        }
    }

    /// <summary>Puts a new process in the place of an ended one; false if the stop was faster.</summary>
    private bool TryStartAgain(Supervised supervised)
    {
        // Under the lock: a process started after the stop began would be nobody's.
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested) return false;

            try
            {
                var next = ManagedProcess.Start(supervised.Service.Plan);
                supervised.Process.Dispose();
                supervised.Process = next;
            }
            catch (Exception exception) when (exception is Win32Exception or IOException)
            {
                // Out of processes or handles: the ended one stays in its place, so that it is tried again after the next back-off.
                say($"{supervised.Service.Name} could not be started ({exception.Message})");
            }

            return true;
        }
    }

    /// <summary>Two that die at once must not tell at once: the older news would stand over the newer.</summary>
    private void TellChange()
    {
        lock (_telling)
        {
            try
            {
                Changed?.Invoke();
            }
            catch (IOException exception)
            {
                say($"what runs now could not be written down ({exception.Message})");
            }
        }
    }

    private sealed class Supervised(Service service, ManagedProcess process)
    {
        public Service Service { get; } = service;

        public ManagedProcess Process { get; set; } = process;

        public Task Watch { get; set; } = Task.CompletedTask;
    }
}

/// <summary>A service that did not come up. The message names its log and what it last said.</summary>
internal sealed class StartFailedException(Service service, string what) : Exception($"{what}; log: {service.Plan.LogFile}{LastWords(service.Plan.LogFile)}")
{
    private const int Shown = 5;

    private static string LastWords(string logFile) =>
        File.Exists(logFile) ? string.Concat(File.ReadLines(logFile).TakeLast(Shown).Select(static line => $"{Environment.NewLine}  {line}")) : "";
}
