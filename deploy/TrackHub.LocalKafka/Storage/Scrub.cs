using Microsoft.Extensions.Logging;

namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// Reads, once after each start and slowly, what the start took over unread, so that damage is found and told before somebody asks for it.
/// </summary>
internal sealed partial class Scrub : IAsyncDisposable
{
    /// <summary>8 MiB a second: a few thousandths of a core.</summary>
    private const int BytesAtOnce = 2 * 1024 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly TopicStore _topics;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public Scrub(TopicStore topics, TimeProvider clock, ILogger logger)
    {
        _topics = topics;
        _logger = logger;
        _running = RunAsync(clock, _stopping.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync(TimeProvider clock, CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(Pause, clock, stoppingToken);
            var sincePause = 0L;
            foreach (var segment in _topics.Topics.SelectMany(static topic => topic.Partitions).SelectMany(static log => log.Segments))
            {
                while (Advance(segment) is > 0 and var bytes)
                {
                    sincePause += bytes;
                    if (sincePause < BytesAtOnce)
                        continue;

                    sincePause = 0;
                    await Task.Delay(Pause, clock, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The broker stops.
        }
    }

    private long Advance(Segment segment)
    {
        try
        {
            return segment.Check.Advance(BytesAtOnce);
        }
        catch (IOException fault)
        {
            Log.Unreadable(_logger, fault, segment.Path);
            return 0;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(12, LogLevel.Error, "Segment {Path} cannot be read to its end")]
        public static partial void Unreadable(ILogger logger, Exception fault, string path);
    }
}
