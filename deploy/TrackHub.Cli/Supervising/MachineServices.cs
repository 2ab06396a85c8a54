using TrackHub.Cli.Running;

namespace TrackHub.Cli.Supervising;

/// <summary>What runs on a machine: the stores that are not elsewhere, and the roles.</summary>
internal sealed class MachineServices(MachineData data, Ports ports, SystemConfiguration configuration, IReadOnlyList<string> configured)
{
    private static readonly HttpClient Http = new() { Timeout = Timeout.InfiniteTimeSpan };

    // A supervisor asks again. Who asks once waits longer: a busy machine is no fault.
    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(10);

    private static readonly string[] OurRoles = [RoleNames.Ingest, RoleNames.Matcher, RoleNames.Dispatcher, RoleNames.Ledger, RoleNames.Metrics, RoleNames.Console];

    /// <summary>What everything else stands on. Makes PostgreSQL's cluster at the first start.</summary>
    public async Task<IReadOnlyList<Service>> StoresAsync(CancellationToken cancellationToken)
    {
        var services = new List<Service>();
        if (configuration.RunsPostgres) services.Add(await PostgresService.PrepareAsync(data, ports, cancellationToken));
        if (configuration.RunsRedis) services.Add(RedisService.Prepare(data, ports));
        if (configuration.RunsBroker)
        {
            var broker = configuration.Broker;
            broker.EnsureKnown();
            services.Add(OurOwn(
                RoleNames.Broker, StopStage.Stores, ports.Admin(RoleNames.Broker),
                [new(RoleNames.Broker, broker.BootstrapServers), new("schema-registry", broker.RegistryUrl)], broker.Kafka, broker.Registry));
        }

        if (configuration.RunsSimulator)
            services.Add(OurOwn(RoleNames.Simulator, StopStage.Stores, ports.Simulator, [new(RoleNames.Simulator, $"http://127.0.0.1:{ports.Simulator}")]));
        return services;
    }

    /// <summary>The roles of the stream, and the console that shows what they make.</summary>
    public IReadOnlyList<Service> Roles() =>
    [
        .. OurRoles.Select(role =>
        {
            int? door = role switch { RoleNames.Ingest => ports.Ingress, RoleNames.Console => ports.Console, _ => null };
            return OurOwn(
                role, door is null ? StopStage.Processors : StopStage.Door, ports.Admin(role), [new(role, $"http://127.0.0.1:{door ?? ports.Admin(role)}")], door is { } port ? [port] : []);
        }),
    ];

    /// <summary>Asks a service by its port whether it serves.</summary>
    /// <returns>Null when it does, else why not.</returns>
    public static async Task<string?> ProbeReadyAsync(int adminPort, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(limit);
        try
        {
            using var answer = await Http.GetAsync(new Uri($"http://127.0.0.1:{adminPort}/ready"), late.Token);
            return answer.IsSuccessStatusCode ? null : await answer.Content.ReadAsStringAsync(late.Token);
        }
        catch (HttpRequestException exception)
        {
            return exception.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer on port {adminPort} within {limit.TotalSeconds:0} s";
        }
    }

    /// <summary>Asks any service of this machine whether it serves, once and patiently.</summary>
    public static Task<string?> ProbeAsync(string name, MachineData data, Ports ports, CancellationToken cancellationToken) => name switch
    {
        PostgresService.Name => PostgresService.ProbeAsync(PostgresService.OwnerConnectionString(ports, data.PostgresPassword ?? ""), cancellationToken),
        RedisService.Name => RedisService.ProbeAsync(ports.Redis, cancellationToken),
        "schema-registry" => ProbeReadyAsync(ports.Admin(RoleNames.Broker), Patient, cancellationToken),
        _ => ProbeReadyAsync(ports.Admin(name), Patient, cancellationToken),
    };

    private Service OurOwn(string role, StopStage stage, int adminPort, IReadOnlyList<ServiceAddress> addresses, params IReadOnlyList<int> furtherPorts)
    {
        string[] arguments =
        [
            .. Ourselves.Arguments, "run", role, "--data", data.Root, "--port-base", $"{ports.Base}", .. configured.Select(static pair => "--" + pair),
        ];
        var environment = new Dictionary<string, string>(RoleRuntime.Of(role))
        {
            [InputWatch.Variable] = "1",
        };
        return new Service(
            role, addresses, [.. furtherPorts, adminPort], stage, new ProcessPlan(Ourselves.Program, arguments, environment, data.LogFile(role)),
            token => ProbeReadyAsync(adminPort, Brief, token));
    }
}

/// <summary>How to start this very program again.</summary>
internal static class Ourselves
{
    /// <summary>The program: the executable, or <c>dotnet</c> where it was started so.</summary>
    public static string Program { get; } = Environment.ProcessPath ?? throw new InvalidOperationException("A process of this system has a path.");

    /// <summary>What comes before the command's own arguments.</summary>
    public static IReadOnlyList<string> Arguments { get; } =
        Path.GetFileNameWithoutExtension(Program) == "dotnet" ? [typeof(Ourselves).Assembly.Location] : [];
}
