using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.Cli.Running;
using TrackHub.LocalKafka.Hosting;
using TrackHub.Platform.Hosting;
using TrackHub.Testing;

namespace TrackHub.Cli.Tests.Telemetry;

/// <summary><c>docs/metrics.md</c> against the instruments that exist: none without a line, no line without one, no wrong unit.</summary>
public sealed partial class MetricsPageTests
{
    [Fact]
    public async Task Every_instrument_of_every_role_has_its_line_with_its_unit()
    {
        var found = await InstrumentsAsync();

        found.ShouldContain(static instrument => instrument.Name == "trackhub.broker.requests");
        Documented().Order(StringComparer.Ordinal).ShouldBe(found.Select(static instrument => $"{instrument.Name} {instrument.Unit}".Trim()).Order(StringComparer.Ordinal).Distinct());
    }

    [Fact]
    public async Task Names_and_units_are_of_OpenTelemetrys_kind()
    {
        foreach (var instrument in await InstrumentsAsync())
        {
            instrument.Name.ShouldMatch("^(messaging|trackhub)(\\.[a-z]+(_[a-z]+)*)+$");
            (instrument.Unit ?? "").ShouldMatch(@"^(|s|By|\{[a-z]+\})$", instrument.Name);
            instrument.Description.ShouldNotBeNullOrEmpty(instrument.Name);
            if (instrument is Histogram<double> { Advice: var seconds })
                seconds?.HistogramBucketBoundaries.ShouldNotBeEmpty(instrument.Name);
        }
    }

    private static async Task<IReadOnlyList<Instrument>> InstrumentsAsync()
    {
        var instruments = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                lock (instruments)
                {
                    if (instrument.Meter.Name.StartsWith("TrackHub.", StringComparison.Ordinal))
                        instruments.Add(instrument);
                }
            },
        };
        listener.Start();

        var builder = RoleHost.CreateBuilder(new() { Roles = ["test"], AdminPort = 0 });
        foreach (var role in RoleNames.All.Except([RoleNames.Broker, RoleNames.Simulator])) Roles.Add(builder, role);
        var metrics = builder.Services.Select(static service => service.ServiceType)
            .Where(static type => type.Name.EndsWith("Metrics", StringComparison.Ordinal) && type.Namespace!.StartsWith("TrackHub.", StringComparison.Ordinal)).Distinct().ToList();
        await using var app = builder.Build();
        metrics.ForEach(type => app.Services.GetRequiredService(type));
        await using var broker = await LocalKafkaHost.StartAsync(new() { DataDirectory = TestFolder.Next("metrics") }, NullLoggerFactory.Instance);
        lock (instruments)
            return [.. instruments];
    }

    private static IEnumerable<string> Documented()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "TrackHub.sln"))) directory = directory.Parent!;
        return Row().Matches(File.ReadAllText(Path.Combine(directory.FullName, "docs/metrics.md"))).Select(static row => $"{row.Groups["name"].Value} {row.Groups["unit"].Value}".Trim());
    }

    [GeneratedRegex(@"^\| `(?<name>[a-z._]+)` \| (?<unit>\S*) ?\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
