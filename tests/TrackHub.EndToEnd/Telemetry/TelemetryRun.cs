using System.Security.Cryptography;
using System.Text.Json;
using TrackHub.Testing;
using TrackHub.Testing.Otlp;

namespace TrackHub.EndToEnd.Telemetry;

/// <summary>One run of the shipped system that reports to a collector: one person's clicks and sales of every gateway, good and bad, all the way to Meta.</summary>
public sealed class TelemetryRun : IAsyncLifetime
{
    private const string Dataset = "1000000000077";

    /// <summary>What reaches Meta by right: hashes of who bought, and address, browser and cookies as they are.</summary>
    private static readonly string[] MetasHashes = ["e-mail", "phone", "first name", "last name", "external id"];
    private static readonly string[] MetasClear = ["ip", "user agent", "fbp", "fbc"];

    private readonly CanaryPerson _person = new();
    private readonly string _pixelToken = RandomNumberGenerator.GetHexString(48, lowercase: true);

    /// <summary>What a browser might have begun: no flag set, for it does not count.</summary>
    public string CallersTraceParent { get; } = NewTraceParent();

    /// <summary>The same of a request that ends in the dead letters.</summary>
    public string DeadTraceParent { get; } = NewTraceParent();

    internal Machine Machine { get; private set; } = null!;

    internal OtlpCollector Collector { get; private set; } = null!;

    internal string Brand { get; private set; } = "";

    private CanaryScan Scan { get; } = new();

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Collector = await OtlpCollector.StartAsync();
        Machine = new()
        {
            Settings = new Dictionary<string, string>
            {
                ["TRACKHUB_Otlp__Endpoint"] = Collector.Grpc.ToString(),
                ["TRACKHUB_Otlp__TraceRatio"] = "1",
                ["TRACKHUB_Otlp__MetricInterval"] = "00:00:01",
            },
        };
        var up = await Machine.RunAsync("up", "--detach");
        up.Output.ShouldStartWith("TrackHub is ready", customMessage: up.All);

        // By standard input, as secrets should be given.
        var added = await Machine.ScriptAsync($"printf '%s\\n' {_pixelToken} | ./trackhub pixels add --brand demo --dataset-id {Dataset} --token -");
        added.Code.ShouldBe(0, added.All);

        using var traffic = new CanaryTraffic(Machine, _person);
        Brand = traffic.Brand;
        _person.AddTo(Scan).Add("pixel token", _pixelToken).Add("master key", File.ReadAllText(Path.Combine(Machine.Data, "master.key")).Trim())
            .Add("database password", File.ReadAllText(Path.Combine(Machine.Data, "postgres.password")).Trim());
        foreach (var (name, value) in traffic.Secrets)
            Scan.Add(name, value);

        await traffic.SendAsync(DeadTraceParent);
        await PurchasesAsync(traffic.Sold);

        // Alone, so that its call to Meta is shared with no other.
        await traffic.SellAsync(CallersTraceParent);
        await PurchasesAsync(traffic.Sold);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await Machine.DisposeAsync();
        await Collector.DisposeAsync();
    }

    /// <summary>Everything that lies somewhere and should not.</summary>
    internal async Task<IReadOnlyList<CanaryFinding>> FindingsAsync()
    {
        var password = File.ReadAllText(Path.Combine(Machine.Data, "postgres.password")).Trim();
        var findings = new List<CanaryFinding>();

        // The machine's own secrets, each readable by its owner only.
        findings.AddRange(Scan.Folder(Machine.Data, "master.key", "postgres.password", "demo.json"));
        findings.AddRange(await Scan.TopicsAsync($"127.0.0.1:{Machine.PortBase + 4}"));
        findings.AddRange(await Scan.TablesAsync($"Host=127.0.0.1;Port={Machine.PortBase + 5};Username=trackhub;Password={password};Database=trackhub;Pooling=false"));
        findings.AddRange(Scan.CommandLines(Machine.Data));
        findings.AddRange(Collector.Raw.SelectMany((export, i) => Scan.Bytes($"export {i}", export.Span)));
        using var http = new HttpClient();
        foreach (var admin in new[] { 10, 11, 12, 13, 14, 16 })
            findings.AddRange(Scan.Text($"metrics of port +{admin}", await http.GetStringAsync($"http://127.0.0.1:{Machine.PortBase + admin}/metrics")));
        findings.AddRange(Scan.Text("calls to Meta", await http.GetStringAsync($"http://127.0.0.1:{Machine.PortBase + 2}/_sim/calls")));
        findings.RemoveAll(IsByRight);
        return findings;
    }

    /// <summary>What is stored on purpose.</summary>
    private static bool IsByRight(CanaryFinding finding) =>

        // The simulator stands for Meta, which is sent just this.
        (finding.Place.StartsWith("simulator/", StringComparison.Ordinal)
            && (MetasClear.Contains(finding.Canary) || (MetasHashes.Contains(finding.Canary) && finding.Form == "sha256-hex")))

        // Keys and paths are found by their hash: random ones of 128 bits or more, which no list of guesses holds.
        || (finding.Form.StartsWith("sha256", StringComparison.Ordinal) && (finding.Canary.EndsWith(" key", StringComparison.Ordinal) || finding.Canary.EndsWith(" path", StringComparison.Ordinal))
            && (finding.Place.StartsWith("postgres/", StringComparison.Ordinal) || finding.Place.StartsWith("table ", StringComparison.Ordinal)));

    private static string NewTraceParent() => $"00-{Guid.NewGuid():N}-{RandomNumberGenerator.GetHexString(16, lowercase: true)}-00";

    /// <summary>Waits until both pixels have so many sales.</summary>
    private async Task PurchasesAsync(int count)
    {
        using var http = new HttpClient();
        await Eventually.Holds(
            async () =>
            {
                using var page = JsonDocument.Parse(await http.GetStringAsync($"http://127.0.0.1:{Machine.PortBase + 2}/_sim/events?limit=1000"));
                page.RootElement.GetProperty("events").EnumerateArray().Count(static e => e.GetProperty("event_name").GetString() == "Purchase").ShouldBe(count * 2);
            },
            TimeSpan.FromSeconds(60));
    }
}
