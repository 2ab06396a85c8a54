using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TrackHub.Ingest.Listening;
using TrackHub.Ingest.Rehearsing;
using TrackHub.Ingest.Webhooks;
using TrackHub.Platform.Hosting;
using TrackHub.Testing;

namespace TrackHub.Ingest.Tests.Rehearsing;

public sealed class RehearsalTests : IDisposable
{
    private const string Stage = "rehearsal.";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trackhub-rehearsal-");
    private readonly Readiness _readiness = new(TimeProvider.System);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Every_way_of_a_webhook_and_a_click_is_played_before_the_process_is_ready_and_leaves_no_file()
    {
        var counted = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == Stage + IngestMetrics.MeterName)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            counted.AddOrUpdate($"{instrument.Name["trackhub.ingest.".Length..]} {(tags.Length > 0 ? tags[0].Value : "")}".Trim(), value, (_, sum) => sum + value));
        listener.Start();

        await PlayAsync(_folder.FullName);

        counted.Keys.ShouldContain("accepted perfectpay");
        counted.Keys.ShouldContain("accepted track");
        counted.Keys.ShouldContain("spool.appended");
        counted.Keys.ShouldContain("spool.drained");
        counted.Keys.Where(static key => key.StartsWith("refused", StringComparison.Ordinal))
            .ShouldBe(GatewayTable.All.Select(static gateway => $"refused {gateway.Name}"), ignoreOrder: true);
        counted.Keys.ShouldNotContain("spool.refused");
        _folder.GetFileSystemInfos().ShouldBeEmpty();
    }

    [Fact]
    public async Task None_of_its_meters_has_a_name_that_is_collected()
    {
        var scopes = new ConcurrentBag<string>();
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Scope is UnheardMeters)
                    scopes.Add(instrument.Meter.Name);
            },
        };
        meters.Start();
        await PlayAsync(_folder.FullName);

        scopes.ShouldNotBeEmpty();
        scopes.ShouldAllBe(static name => name.StartsWith(Stage, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_the_disk_refuses_the_process_is_ready_all_the_same()
    {
        var file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "in the way");

        await PlayAsync(file);
    }

    [Fact]
    public async Task What_a_process_that_died_in_the_middle_left_behind_goes_with_the_next_one()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "rehearsal"));
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "rehearsal", "0000000000000001.spool"), "torn");

        await PlayAsync(_folder.FullName);

        _folder.GetFileSystemInfos().ShouldBeEmpty();
    }

    private async Task PlayAsync(string spoolDirectory)
    {
        // Its clock stands: a slow machine does not make it give up.
        using var rehearsal = new Rehearsal(
            Options.Create(new IngestOptions { SpoolDirectory = spoolDirectory }), _readiness, new ManualClock(), NullLogger<Rehearsal>.Instance);
        await rehearsal.StartAsync(CancellationToken.None);
        var isReady = _readiness.IsReady;
        (rehearsal.ExecuteTask!.IsCompleted || !isReady).ShouldBeTrue("ready before it was over");
        await rehearsal.ExecuteTask;
        _readiness.IsReady.ShouldBeTrue();
    }
}
