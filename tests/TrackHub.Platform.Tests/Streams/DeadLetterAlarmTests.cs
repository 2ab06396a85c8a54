using Microsoft.Extensions.Logging;
using TrackHub.Platform.Streams;
using TrackHub.Testing;

namespace TrackHub.Platform.Tests.Streams;

public sealed class DeadLetterAlarmTests
{
    private readonly Lines _log = new();

    [Fact]
    public void The_first_of_a_kind_is_told_at_once_and_a_flood_as_a_sum()
    {
        var clock = new ManualClock();
        var alarm = new DeadLetterAlarm(clock, _log);

        for (var offset = 0; offset < 1_000; offset++)
            alarm.Raise("capi-dispatch", "dispatcher", "malformed", $"capi-dispatch/0/{offset}");
        alarm.Raise("capi-dispatch", "dispatcher", "null_value", "capi-dispatch/1/0");
        clock.Advance(TimeSpan.FromSeconds(10));
        alarm.Raise("capi-dispatch", "dispatcher", "malformed", "capi-dispatch/0/1000");

        _log.Count.ShouldBe(3);
        _log.ShouldAllBe(line => line.Level == LogLevel.Error);
        _log[0].Text.ShouldStartWith("1 record(s) of capi-dispatch moved to the dead letters by the dispatcher: malformed; the last one is capi-dispatch/0/0.");
        _log[1].Text.ShouldContain("null_value");
        _log[2].Text.ShouldStartWith("1000 record(s)");
    }

    private sealed class Lines : List<(LogLevel Level, string Text)>, ILogger<DeadLetters>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Add((logLevel, formatter(state, exception)));
    }
}
