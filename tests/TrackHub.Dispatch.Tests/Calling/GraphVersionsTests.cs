using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Dispatch.Calling;
using TrackHub.Testing;

namespace TrackHub.Dispatch.Tests.Calling;

public sealed class GraphVersionsTests
{
    private static readonly DateTimeOffset Autumn = new(2026, 9, 15, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("v26.0", "2026-09-15", null)]
    [InlineData("v25.0", "2026-09-15", null)]
    [InlineData("v25.0", "2028-04-30", null)]
    [InlineData("v25.0", "2028-05-01", "stops to serve Graph version v25.0 on 2028-07-29, in 89 days")]
    [InlineData("v25.0", "2028-07-29", "has stopped to serve Graph version v25.0")]
    [InlineData("v24.0", "2026-09-15", "on 2026-10-06, in 21 days")]
    [InlineData("v24.0", "2026-10-06", "has stopped to serve")]
    [InlineData("v23.0", "2026-09-15", "has stopped to serve")]
    [InlineData("v19.0", "2026-09-15", "has stopped to serve")]
    [InlineData("v31.0", "2026-09-15", null)]
    public void A_version_is_warned_of_from_90_days_before_its_end(string version, string day, string? warning)
    {
        var found = GraphVersions.WarningOf(version, DateTimeOffset.Parse(day + "T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));

        if (warning is null)
            found.ShouldBeNull();
        else
            found.ShouldNotBeNull().ShouldContain(warning);
    }

    [Fact]
    public async Task The_dispatcher_says_so_once_a_day()
    {
        var (clock, log) = (new ManualClock(Autumn), new RecordingLogger<VersionWatch>());
        using var watch = new VersionWatch(Options.Create(new MetaOptions { ApiVersion = "v24.0" }), clock, log);

        await watch.StartAsync(default);
        await Eventually.Holds(() => clock.WaitingTimers == 1);
        clock.Advance(TimeSpan.FromDays(1));
        await Eventually.Holds(() => log.Lines.Count == 2);
        await watch.StopAsync(default);

        log.Lines.ShouldBe(
        [
            "Meta stops to serve Graph version v24.0 on 2026-10-06, in 21 days. Remedy: set TRACKHUB_Meta__ApiVersion to a later one",
            "Meta stops to serve Graph version v24.0 on 2026-10-06, in 20 days. Remedy: set TRACKHUB_Meta__ApiVersion to a later one",
        ]);
    }

    [Fact]
    public void An_answer_by_another_version_is_said_once()
    {
        var log = new RecordingLogger<VersionWatch>();
        using var watch = new VersionWatch(Options.Create(new MetaOptions { ApiVersion = "v27.0" }), new ManualClock(Autumn), log);

        watch.Upgraded();
        watch.Upgraded();

        log.Lines.ShouldHaveSingleItem().ShouldContain("does not serve Graph version v27.0 any more");
    }

    [Theory]
    [InlineData("v24.0", 21 * 86_400d)]
    [InlineData("v23.0", 0d)]
    [InlineData("v26.0", null)]
    public void What_is_left_of_it_is_a_figure(string version, double? seconds)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var metrics = new DispatchMetrics(services.GetRequiredService<IMeterFactory>(), Options.Create(new MetaOptions { ApiVersion = version }), new ManualClock(Autumn));
        var found = new List<double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Scope == services.GetRequiredService<IMeterFactory>() && instrument.Name == "trackhub.dispatcher.graph_version.remaining")
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => found.Add(value));
        listener.Start();
        listener.RecordObservableInstruments();

        found.ShouldBe(seconds is { } one ? [one] : []);
    }

    private sealed class RecordingLogger<T> : ILogger<T>
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
                _lines.Add(formatter(state, exception));
        }
    }
}
