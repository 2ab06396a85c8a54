using System.Text;
using Npgsql;
using TrackHub.Faults.Checking;
using TrackHub.Faults.Driving;
using TrackHub.Testing;

namespace TrackHub.Faults.Lab;

/// <summary>The shipped system on a data folder and ports of its own, with short timers, two brands, load and checkers. Shared by the tests of a collection.</summary>
public class FaultLab : IAsyncLifetime
{
    private const int CanariesPerRun = 8;
    private static readonly TimeSpan SettleInterval = TimeSpan.FromMilliseconds(250);

    // A dead dispatcher's claims: lease, and the hold topic they wait in, twice.
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(120);

    private readonly List<Load> _loads = [];
    private readonly HttpClient _simulator = new(new SocketsHttpHandler { UseProxy = false });
    private NpgsqlDataSource? _postgres;
    private EvidenceReader? _reader;
    private RunningUp? _up;

    /// <summary>Whether rounds and durations are full: <c>trackhub test --full</c>.</summary>
    public static bool IsFull => Environment.GetEnvironmentVariable("TRACKHUB_TEST_FULL") == "1";

    /// <summary>A lab that is not started yet.</summary>
    public FaultLab()
        : this([])
    {
    }

    /// <summary>A lab whose system is started by other words.</summary>
    /// <param name="wrapper">Words before the command; see <see cref="Machine.Wrapper"/>.</param>
    protected FaultLab(IReadOnlyList<string> wrapper) => Machine = new()
    {
        Wrapper = wrapper,

        // Short enough for a test to see them run out: group sessions, leases, calls.
        Settings = new Dictionary<string, string>
        {
            ["TRACKHUB_Kafka__SessionTimeout"] = "00:00:06",
            ["TRACKHUB_Dispatch__Concurrency"] = "16",   // Checkers count with it
            ["TRACKHUB_Dispatch__Lease"] = "00:00:10",
            ["TRACKHUB_Dispatch__AttemptTimeout"] = "00:00:03",
            ["TRACKHUB_Dispatch__ClaimPatience"] = "00:00:03",
        },
    };

    /// <summary>The machine.</summary>
    public Machine Machine { get; }

    /// <summary>Its processes.</summary>
    public LabServices Services { get; private set; } = null!;

    /// <summary>Its brands.</summary>
    public IReadOnlyList<LabBrand> Brands { get; private set; } = [];

    /// <summary>Its database.</summary>
    public NpgsqlDataSource Postgres => _postgres!;

    /// <inheritdoc/>
    public virtual async Task InitializeAsync()
    {
        _up = await Machine.UpAsync();
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = Machine.PortBase + 5,
            Username = "trackhub",
            Database = "trackhub",
            Password = (await File.ReadAllTextAsync(Path.Combine(Machine.Data, "postgres.password"))).Trim(),
            Pooling = false,   // a server that died leaves no dead connections behind
        };
        _postgres = NpgsqlDataSource.Create(connection.ConnectionString);
        Services = new(Machine, _postgres);
        Brands = await Task.WhenAll(
            LabBrand.AddAsync(Machine, "loja-a", "2000000000001"), LabBrand.AddAsync(Machine, "loja-b", "2000000000002"));
        _simulator.BaseAddress = new($"http://127.0.0.1:{Machine.PortBase + 2}");
        _reader = new(_postgres, _simulator, Brands);
    }

    /// <inheritdoc/>
    public virtual async Task DisposeAsync()
    {
        Services?.Dispose();
        _simulator.Dispose();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        await Machine.DisposeAsync();
    }

    /// <summary>Begins a load with people and ids of its own.</summary>
    /// <param name="eventsPerSecond">Intended rate.</param>
    /// <param name="visits">Ends after so many visits; null goes on until stopped.</param>
    public Load StartLoad(int eventsPerSecond, int? visits = null)
    {
        var load = Load.Start(Brands, $"r{_loads.Count}x{Guid.NewGuid():N}"[..10], eventsPerSecond, visits);
        _loads.Add(load);
        return load;
    }

    /// <summary>Waits until every event of a load has its end.</summary>
    /// <param name="load">A load that was stopped.</param>
    /// <param name="limit">How long that may take; two minutes if not given. Checkers tell what is left.</param>
    public async Task SettleAsync(Load load, TimeSpan? limit = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (await _reader!.OpenAsync(load) > 0 && TimeProvider.System.GetElapsedTime(started) < (limit ?? SettleLimit))
            await Task.Delay(SettleInterval);
    }

    /// <summary>Stops a load, waits until all of it has ended, and lets every checker look at it.</summary>
    /// <param name="load">The load.</param>
    /// <param name="crashes">Times a call's outcome may have been lost; see <see cref="Checkers.All"/>.</param>
    public async Task ConcludeAsync(Load load, int crashes)
    {
        await load.StopAsync();
        await SettleAsync(load);
        var seen = await _reader!.ReadAsync(load, _loads.SelectMany(static l => l.Events).Select(static e => e.EventId).ToHashSet());
        List<Finding> findings = [.. load.OddAnswers.Select(static odd => new Finding("answer", odd, "")), .. Checkers.All(seen, crashes), .. await InClearAsync(load)];
        if (findings.Count > 0)
            Assert.Fail(await TellAsync(findings, seen));
    }

    /// <summary>C6: some of the run's people, and every secret of the lab, searched in all files, topics and command lines.</summary>
    private async Task<IEnumerable<Finding>> InClearAsync(Load load)
    {
        var scan = new CanaryScan();
        foreach (var visitor in load.Events.Select(static e => e.Visitor).DistinctBy(static visitor => visitor.Number).Take(CanariesPerRun))
            scan.Add($"e-mail of {visitor.Number}", visitor.Email).AddPhone($"phone of {visitor.Number}", "55", "11", visitor.Subscriber);
        foreach (var brand in Brands)
            scan.Add($"webhook secret of {brand.Name}", brand.WebhookSecret).Add(KeyOf(brand), brand.ServerKey);

        // What Meta gets, hashes included, the stand-in may keep.
        var findings = scan.Folder(Machine.Data, "simulator").Concat(scan.CommandLines(Machine.Data))
            .Concat(await scan.TopicsAsync($"127.0.0.1:{Machine.PortBase + 4}"));
        return findings
            .Where(finding => !(finding.Form is "sha256" && Brands.Any(brand => finding.Canary == KeyOf(brand))))   // keys are known by their hash
            .Select(static finding => new Finding("C6", finding.Canary, finding.ToString()));

        static string KeyOf(LabBrand brand) => $"key of {brand.Name}";
    }

    /// <summary>Findings by id, the first few with what <c>explain</c> says.</summary>
    private async Task<string> TellAsync(List<Finding> findings, Evidence seen)
    {
        const int told = 40, explained = 3;
        var text = new StringBuilder($"{findings.Count} finding(s) over {seen.Sent.Count} events sent, {seen.Stored.Count} stored, {seen.Arrivals.Count} arrived:\n");
        findings.Take(told).ToList().ForEach(finding => text.Append(finding).Append('\n'));
        foreach (var id in findings.Where(static finding => finding.Checker is not ("C6" or "answer")).Select(static finding => finding.Id).Distinct().Take(explained))
            text.Append($"\nexplain {id}:\n").Append((await Machine.RunAsync("explain", id)).All);
        return text.ToString();
    }
}

/// <summary>Tests of one lab follow one another; the other lab works beside it, both wait most of the time.</summary>
[CollectionDefinition(nameof(FaultLab))]
public sealed class FaultLabCollection : ICollectionFixture<FaultLab>;
