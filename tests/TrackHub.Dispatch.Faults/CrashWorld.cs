using TrackHub.Integration.Dispatch;
using TrackHub.Testing;

namespace TrackHub.Dispatch.Faults;

/// <summary>A world whose group notices a dead member, and whose claims run out, within seconds.</summary>
public sealed class CrashWorld : DispatchWorld
{
    /// <inheritdoc/>
    protected override IEnumerable<KeyValuePair<string, string?>> Settings =>
    [
        new("Kafka:Properties:session.timeout.ms", "1500"), new("Kafka:Properties:heartbeat.interval.ms", "400"),
        new("Dispatch:AttemptTimeout", "00:00:01"), new("Dispatch:ClaimPatience", "00:00:00.500"), new("Dispatch:Lease", "00:00:02"),
    ];

    /// <summary>Starts a dispatcher beside the others that dies at a fail point.</summary>
    internal Task<ChildProcess> StartFaultyAsync(string point) => ChildProcess.StartAsync(
        "KILL", user: null, "env", [$"TRACKHUB_FAIL_AT={point}", "dotnet", typeof(CrashWorld).Assembly.Location, .. Configuration.Select(static setting => $"--{setting.Key}={setting.Value}")]);
}
