namespace TrackHub.Load.Measuring;

/// <summary>Puts load on targets. Items are numbered over the whole run, so that no id is used twice.</summary>
internal sealed class LoadGenerator(LoadSettings settings, TimeProvider clock)
{
    // What is unanswered: beyond it the generator waits, and the wait counts, for intended times stand.
    private const int MaxInFlight = 20_000;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LastAnswer = TimeSpan.FromSeconds(30);

    private long _next;

    /// <summary>Numbers given away so far.</summary>
    public long Used => Interlocked.Read(ref _next);

    /// <summary>Open loop: item i leaves at i / rate, whatever became of those before it.</summary>
    /// <param name="name">Name of the target.</param>
    /// <param name="target">The target.</param>
    /// <param name="connections">Its connections.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="rate">Items a second; null for that of the settings.</param>
    /// <param name="tick">How often what is due leaves; null for a millisecond. A longer one costs less beside what is measured.</param>
    public async Task<Measurement> OpenAsync(
        string name, ILoadTarget target, int connections, CancellationToken cancellationToken, int? rate = null, TimeSpan? tick = null)
    {
        var measurement = new Measurement(name, LoadMode.Open, connections) { WantedRate = rate ?? settings.Rate };
        var warmUp = new Measurement(name, LoadMode.Open, connections) { WantedRate = measurement.WantedRate };
        await OfferAsync(target, warmUp, settings.WarmUp, tick ?? Tick, cancellationToken);
        await OfferAsync(target, measurement, settings.Duration, tick ?? Tick, cancellationToken);
        return measurement;
    }

    /// <summary>Closed loop: every connection is kept as busy as its target can be.</summary>
    public async Task<Measurement> ClosedAsync(string name, ILoadTarget target, int connections, CancellationToken cancellationToken)
    {
        await FillAsync(target, new(name, LoadMode.Closed, connections), settings.WarmUp, cancellationToken);
        var measurement = new Measurement(name, LoadMode.Closed, connections);
        await FillAsync(target, measurement, settings.Duration, cancellationToken);
        return measurement;
    }

    /// <summary>Keeps every connection busy for a time, and records nothing.</summary>
    public Task WarmUpAsync(ILoadTarget target, int connections, TimeSpan duration, CancellationToken cancellationToken) =>
        FillAsync(target, new("", LoadMode.Closed, connections), duration, cancellationToken);

    private async Task OfferAsync(ILoadTarget target, Measurement into, TimeSpan duration, TimeSpan tick, CancellationToken cancellationToken)
    {
        var rate = into.WantedRate!.Value;
        var count = settings.Count(rate, duration);
        using var inFlight = new SemaphoreSlim(MaxInFlight);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Not a list of tasks: each collection would go through all that were sent.
        var (left, done) = (count, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (left is 0)
            done.SetResult();
        var started = clock.GetTimestamp();
        for (var i = 0L; i < count; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / rate);
            while (clock.GetElapsedTime(started) < due)
                await Task.Delay(tick, clock, cancellationToken);   // a millisecond is one or two: Lateness tells

            await inFlight.WaitAsync(cancellationToken);
            into.Lateness.Record(clock.GetElapsedTime(started) - due);
            _ = SendAsync(due);
        }

        late.CancelAfter(LastAnswer);
        await done.Task;
        into.Elapsed = clock.GetElapsedTime(started);

        async Task SendAsync(TimeSpan due)
        {
            try
            {
                await SendOneAsync(target, into, () => clock.GetElapsedTime(started) - due, late.Token);
            }
            catch (Exception fault)
            {
                done.TrySetException(fault);
            }

            inFlight.Release();
            if (Interlocked.Decrement(ref left) is 0)
                done.TrySetResult();
        }
    }

    private async Task FillAsync(ILoadTarget target, Measurement into, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(duration + LastAnswer);
        var started = clock.GetTimestamp();
        var left = settings.MaxCount;
        await Task.WhenAll(Enumerable.Range(0, into.Connections * target.Depth).Select(_ => Task.Run(KeepBusyAsync, cancellationToken)));
        into.Elapsed = clock.GetElapsedTime(started);

        async Task KeepBusyAsync()
        {
            while (clock.GetElapsedTime(started) < duration && Interlocked.Decrement(ref left) >= 0)
            {
                var sent = clock.GetTimestamp();
                await SendOneAsync(target, into, () => clock.GetElapsedTime(sent), late.Token);
            }
        }
    }

    private async Task SendOneAsync(ILoadTarget target, Measurement into, Func<TimeSpan> latency, CancellationToken cancellationToken)
    {
        try
        {
            if (await target.SendAsync(Interlocked.Increment(ref _next), cancellationToken) is { } failure)
                into.Fail(failure);
            else
                into.Latency.Record(latency());
        }
        catch (OperationCanceledException)
        {
            into.Fail("no_answer");
        }
    }
}
