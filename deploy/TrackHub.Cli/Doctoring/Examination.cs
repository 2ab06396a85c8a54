using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Cli.Supervising;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Doctoring;

/// <summary>Every check, in the order of its report. What one cannot reach is a finding, and the others go on.</summary>
internal static class Examination
{
    // Longest wait for a dependency that takes the connection and says nothing.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Looks at everything.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(ParseResult call, CancellationToken cancellationToken)
    {
        var data = call.MachineData();
        var configuration = SystemConfiguration.Read(data, call.Ports(), call.Configured());
        List<Finding> findings = [.. MachineChecks.Examine(data, configuration), .. ConfigurationChecks.Examine(data, configuration, call.Configured())];

        using var host = PlatformServices.Create(configuration, call.Configured());
        var services = host.Services;
        var settings = services.GetRequiredService<IConfiguration>();
        (string Name, string Key, Func<CancellationToken, Task<IReadOnlyList<Finding>>> Examine)[] checks =
        [
            ("services", "", token => ServiceChecks.ExamineAsync(data, call.Ports(), token)),
            ("kafka", "Kafka:BootstrapServers", token => KafkaChecks.ExamineAsync(services.GetRequiredService<TopicAdmin>(), token)),
            ("schema registry", "SchemaRegistry:Url", token => RegistryChecks.ExamineAsync(services.GetRequiredService<Schemas.SchemaRegistryClient>(), token)),
            ("postgresql", "Postgres:ConnectionString", token => PostgresChecks.ExamineAsync(services, token)),
            ("redis", "Redis:Endpoint", token => RedisChecks.ExamineAsync(settings, token)),
            ("meta", "Meta:BaseUrl", token => MetaChecks.ExamineAsync(settings, token)),
            ("alerts", "", token => AlertChecks.ExamineAsync(services, token)),
            ("brands", "", token => BrandChecks.ExamineAsync(services.GetRequiredService<TenantAdmin>(), token)),
        ];

        // Side by side: a machine where all are away answers after one limit, not after six. Some clients block, and the others must not wait for their threads.
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, 2 * checks.Length), ports);
        var examined = await Task.WhenAll(checks.Select(check => GuardAsync(check.Name, check.Key, check.Examine, cancellationToken)));
        return [.. findings, .. examined.SelectMany(static e => e)];
    }

    private static async Task<IReadOnlyList<Finding>> GuardAsync(
        string name, string key, Func<CancellationToken, Task<IReadOnlyList<Finding>>> examine, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => examine(cancellationToken), cancellationToken).WaitAsync(Limit, cancellationToken);
        }
        catch (Exception failure) when (Failures.Message(failure) is { } message)
        {
            return [new(name, Verdict.Fault, message, Remedy(failure, key))];
        }
    }

    private static string Remedy(Exception failure, string key) => failure switch
    {
        _ when key.Length == 0 => "mend what is said above of PostgreSQL and configuration, then call again",
        _ when Failures.IsAway(failure) => $"start it (on one machine `trackhub up` does), or set TRACKHUB_{key.Replace(":", "__", StringComparison.Ordinal)} to where it is",
        _ => $"see .env.example at TRACKHUB_{key.Replace(":", "__", StringComparison.Ordinal)}",
    };
}
