using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TrackHub.Cli;
using TrackHub.Load.Matching;
using TrackHub.Load.Setup;
using TrackHub.Platform.Tenants;

namespace TrackHub.Load.Dispatching;

/// <summary>
/// The shipped dispatcher behind a matcher and a broker, each alone in a process of its own, over the running system's PostgreSQL and its simulator, which
/// answers after 200 ms as Meta does on a slow day; and the brands whose pixels are the lanes.
/// </summary>
internal sealed class DispatchLab : IAsyncDisposable
{
    /// <summary>Lanes.</summary>
    public const int Lanes = 20;

    private const int AnswerMilliseconds = 200;
    private const int UsualMilliseconds = 1;
    private static readonly TimeSpan KnownLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(200);

    private readonly ParseResult _call;
    private readonly LoadSystem _system;
    private readonly HttpClient _simulator;

    private DispatchLab(ParseResult call, LoadSystem system, MatchingLab behind, HttpClient simulator, IReadOnlyList<LoadLane> lanes) =>
        (_call, _system, Behind, _simulator, AllLanes) = (call, system, behind, simulator, lanes);

    /// <summary>Broker and matcher, and the platform over them.</summary>
    public MatchingLab Behind { get; }

    /// <summary>The lanes.</summary>
    public IReadOnlyList<LoadLane> AllLanes { get; }

    /// <summary>Starts everything but a dispatcher.</summary>
    /// <exception cref="CommandException">Something did not get ready.</exception>
    public static async Task<DispatchLab> StartAsync(ParseResult call, LoadSystem system, TimeProvider clock, CancellationToken cancellationToken)
    {
        var behind = await MatchingLab.StartAsync(call, BrandSettings.Default.WindowDays, clock, cancellationToken);
        var admin = behind.Services.GetRequiredService<TenantAdmin>();
        var made = new List<LoadBrand>();
        for (var i = 0; i < Lanes; i++)
            made.Add(await LoadBrand.CreateAsync(admin, cancellationToken));

        var simulator = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = system.Simulator };
        foreach (var brand in made)
            await BehaveAsync(simulator, brand.DatasetId, AnswerMilliseconds, cancellationToken);
        var directory = behind.Services.GetRequiredService<TenantDirectory>();
        var since = clock.GetTimestamp();
        while (made.Exists(brand => directory.Current.ActivePixels(brand.BrandId).Count == 0))
        {
            if (clock.GetElapsedTime(since) > KnownLimit)
                throw new CommandException("The directory does not hear of new brands: `trackhub doctor` says whether PostgreSQL answers.");
            await Task.Delay(AskAgain, clock, cancellationToken);
        }

        return new(call, system, behind, simulator, made.ConvertAll(brand => new LoadLane(
            directory.Current.Brand(brand.BrandId)!, directory.Current.ActivePixels(brand.BrandId)[0],
            new(directory.Current.Brand(brand.BrandId)!, brand.Run, behind.Services, clock))));
    }

    /// <summary>Starts a dispatcher; one at a time, for it goes on where the one before it ended.</summary>
    /// <param name="mostEvents">Events a call may hold.</param>
    /// <param name="clock">Measures.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<RoleProcess> StartDispatcherAsync(int mostEvents, TimeProvider clock, CancellationToken cancellationToken) => RoleProcess.StartAsync(
        RoleNames.Dispatcher,
        _call.MachineData().Root,
        new Dictionary<string, string>
        {
            ["TRACKHUB_Kafka__BootstrapServers"] = Behind.Bootstrap,
            ["TRACKHUB_Kafka__SessionTimeout"] = "00:01:00",   // it is held while the log is filled
            ["TRACKHUB_SchemaRegistry__Url"] = Behind.Registry,
            ["TRACKHUB_Postgres__ConnectionString"] = Behind.Services.GetRequiredService<IOptions<PostgresOptions>>().Value.ConnectionString,
            ["TRACKHUB_Meta__BaseUrl"] = _system.Simulator.ToString(),
            ["TRACKHUB_Dispatch__MaxBatchEvents"] = mostEvents.ToString(CultureInfo.InvariantCulture),
        },
        clock,
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The newest behaviour that fits applies: the usual one again.
        foreach (var lane in AllLanes)
            await BehaveAsync(_simulator, lane.Pixel.DatasetId, UsualMilliseconds, default);
        _simulator.Dispose();
        await Behind.DisposeAsync();
    }

    private static async Task BehaveAsync(HttpClient simulator, string dataset, int latency, CancellationToken cancellationToken)
    {
        using var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new { match = new { dataset }, latency_ms = latency }));
        using var answer = await simulator.PostAsync(new Uri("/_sim/behaviour", UriKind.Relative), body, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }
}
