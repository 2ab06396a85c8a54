using Microsoft.Extensions.Logging;

namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// Reads, once after each start and slowly, what the start took over unread, so that damage is found and told before somebody asks for it.
/// </summary>
internal sealed partial class Scrub : IAsyncDisposable
{
    private const int BytesAtOnce = 1024 * 1024;

    /// <summary>It rests this many times as long as reading took, so it takes half a percent of a core, fast or slow.</summary>
    private const int RestFactor = 200;

    /// <summary>At most 8 MiB a second, where reading takes no time.</summary>
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(125);

    /// <summary>At least 1 MiB a second, however long the disk or a busy machine makes a read take: checking costs a millisecond of it.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);

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
            await Task.Delay(ShortestRest, clock, stoppingToken);
            var (sinceRest, began) = (0L, clock.GetTimestamp());
            foreach (var segment in _topics.Topics.SelectMany(static topic => topic.Partitions).SelectMany(static log => log.Segments))
            {
                while (Advance(segment) is > 0 and var bytes)
                {
                    sinceRest += bytes;
                    if (sinceRest < BytesAtOnce)
                        continue;

                    var rest = clock.GetElapsedTime(began) * RestFactor;
                    await Task.Delay(rest < ShortestRest ? ShortestRest : rest > LongestRest ? LongestRest : rest, clock, stoppingToken);
                    (sinceRest, began) = (0, clock.GetTimestamp());
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
