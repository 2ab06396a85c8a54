using System.Collections.Concurrent;
using TrackHub.Load.Measuring;

namespace TrackHub.Load.Tests.Measuring;

public sealed class LoadGeneratorTests
{
    private static readonly LoadSettings Settings = new(Rate: 200, Duration: TimeSpan.FromSeconds(0.5), WarmUp: TimeSpan.FromSeconds(0.05), MaxCount: 10_000);

    [Fact]
    public async Task A_stalled_target_shows_in_the_latency_of_everything_that_was_due_meanwhile()
    {
        // One answer takes 400 ms and holds up all behind it: a loop that measured from the actual send would see one slow answer of a hundred.
        var target = new OneByOne(stallAt: 20, TimeSpan.FromMilliseconds(400));

        var measured = await new LoadGenerator(Settings, TimeProvider.System).OpenAsync("stalling", target, 1, CancellationToken.None);

        measured.Latency.Count.ShouldBe(100);
        measured.Latency.Percentile(0.5).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(100));
        measured.Latency.Max.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(390));
    }

    [Fact]
    public async Task No_number_is_used_twice_and_the_warm_up_is_not_recorded()
    {
        var target = new Recording(static _ => null);
        var generator = new LoadGenerator(Settings, TimeProvider.System);

        var open = await generator.OpenAsync("a", target, 4, CancellationToken.None);
        var closed = await generator.ClosedAsync("a", target, 4, CancellationToken.None);

        target.Numbers.Count.ShouldBe((int)generator.Used);
        target.Numbers.Distinct().Count().ShouldBe((int)generator.Used);
        open.Latency.Count.ShouldBe(100);
        (open.Latency.Count + closed.Latency.Count).ShouldBeLessThan(generator.Used);
    }

    [Fact]
    public async Task Failures_are_counted_by_kind_and_have_no_latency()
    {
        var target = new Recording(static number => (number % 4) switch { 0 => "http_503", 1 => "not_connected", _ => null });

        var measured = await new LoadGenerator(Settings, TimeProvider.System).OpenAsync("failing", target, 1, CancellationToken.None);

        measured.Errors.Keys.Order().ShouldBe(["http_503", "not_connected"]);
        (measured.Latency.Count + measured.Errors.Values.Sum()).ShouldBe(100);
        measured.Errors["http_503"].ShouldBe(25);
    }

    [Fact]
    public async Task The_most_items_of_a_measurement_bound_both_loops()
    {
        var target = new Recording(static _ => null);
        var generator = new LoadGenerator(Settings with { MaxCount = 7, WarmUp = TimeSpan.Zero }, TimeProvider.System);

        (await generator.OpenAsync("a", target, 2, CancellationToken.None)).Latency.Count.ShouldBe(7);
        (await generator.ClosedAsync("a", target, 2, CancellationToken.None)).Latency.Count.ShouldBe(7);
    }

    private sealed class Recording(Func<long, string?> answer) : ILoadTarget
    {
        public ConcurrentBag<long> Numbers { get; } = [];

        public int Depth => 1;

        public Task<string?> SendAsync(long number, CancellationToken cancellationToken)
        {
            Numbers.Add(number);
            return Task.FromResult(answer(number));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>Answers one after the other, as one connection does; one answer takes long.</summary>
    private sealed class OneByOne(long stallAt, TimeSpan stall) : ILoadTarget
    {
        private readonly SemaphoreSlim _connection = new(1);

        public int Depth => 1;

        public async Task<string?> SendAsync(long number, CancellationToken cancellationToken)
        {
            await _connection.WaitAsync(cancellationToken);
            try
            {
                if (number == stallAt)
                    await Task.Delay(stall, cancellationToken);
                return null;
            }
            finally
            {
                _connection.Release();
            }
        }

        public ValueTask DisposeAsync()
        {
            _connection.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
