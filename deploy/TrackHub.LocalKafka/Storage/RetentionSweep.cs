using Microsoft.Extensions.Logging;

namespace TrackHub.LocalKafka.Storage;

/// <summary>Looks for segments past their retention at a steady interval.</summary>
internal sealed partial class RetentionSweep : IDisposable
{
    private readonly TopicStore _topics;
    private readonly ILogger _logger;
    private readonly CautiousClock _believed;
    private readonly ITimer _timer;
    private int _running;

    public RetentionSweep(TopicStore topics, TimeSpan interval, CautiousClock believed, TimeProvider clock, ILogger logger)
    {
        _topics = topics;
        _logger = logger;
        _believed = believed;
        _timer = clock.CreateTimer(static sweep => ((RetentionSweep)sweep!).Run(), this, interval, interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Run()
    {
        // A sweep that takes longer than the interval is not run twice at once.
        if (Interlocked.Exchange(ref _running, 1) == 1)
            return;

        try
        {
            _topics.ApplyRetention(_believed.GetUtcNow());
        }
        catch (IOException fault)
        {
            Log.SweepFailed(_logger, fault);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7, LogLevel.Error, "Retention could not delete a segment; it is tried again")]
        public static partial void SweepFailed(ILogger logger, Exception fault);
    }
}
